"""`dvc.lock`, copied before a run and restored when DVC leaves it torn or shortened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_SCHEMA = "2.0"
_NONE = b"absent\n"  # the copy's text where there was no lock to copy


def locked_stages(content: bytes) -> frozenset[str]:
    """The stages that a lock holds; raises ValueError when it is not a whole lock of DVC's."""
    try:
        document = safe_yaml.load(content)
    except yaml.YAMLError as error:
        raise ValueError(f"it is not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
        raise ValueError("it is empty or cut short")
    stages = document.get("stages", {})
    if not isinstance(stages, dict) or not all(isinstance(entry, dict) and "cmd" in entry for entry in stages.values()):
        raise ValueError("it is cut short within a stage")
    return frozenset(stages)


@dataclass(frozen=True)
class KeptLock:
    """A lock, and the place of the copy that is kept of it while a run lasts."""

    lock: Path
    copy: Path

    def keep(self) -> None:
        """Copies the lock before a run; `settle` ends that."""
        make_folder(self.copy.parent)
        write_atomic(self.copy, self.lock.read_bytes() if self.lock.exists() else _NONE)

    def restore(self) -> None:
        """Puts back the lock as it was before the run."""
        if self.copy.read_bytes() == _NONE:
            self.lock.unlink(missing_ok=True)
            self.copy.unlink()
        else:
            self.copy.replace(self.lock)  # which needs no room, where a full disk tore the lock

    def settle(self, needed: Collection[str]) -> None:
        """Ends a run that came through: the lock must be whole and hold the `needed` stages; raises Failure else."""
        try:
            missing = set(needed) - locked_stages(self.lock.read_bytes())
        except (OSError, ValueError) as error:
            self.restore()
            message = f"{self.lock} is damaged after the run: {error}"
            raise Failure(message, exit_code=Exit.STALE, remedy="Run again.") from error
        if missing:
            self.restore()
            names = ", ".join(sorted(missing))
            raise Failure(f"{self.lock} lost {names} in the run", exit_code=Exit.STALE, remedy="Run again.")
        self.copy.unlink()

    def heal(self, stages: Collection[str]) -> str | None:
        """Mends what a run left that was killed or failed, and says what it did, or None.

        The copy is there only when a run did not end. What that run finished stays in DVC's cache and is found again.
        """
        kept = self.copy.exists() and self.copy.read_bytes() != _NONE
        before = _stages_or_none(self.copy) if kept else frozenset()
        now = _stages_or_none(self.lock) if self.lock.exists() else frozenset()
        if now is not None and (before or frozenset()) & set(stages) <= now:
            self.copy.unlink(missing_ok=True)
            return None
        if before:
            self.restore()
            return f"{self.lock.name} was damaged by a run that was killed: taken back to the one before it"
        self.lock.unlink(missing_ok=True)
        self.copy.unlink(missing_ok=True)
        return f"{self.lock.name} was damaged and had no copy: removed, the cache still knows past runs"


def _stages_or_none(path: Path) -> frozenset[str] | None:
    try:
        return locked_stages(path.read_bytes())
    except ValueError:
        return None
