"""`dvc.lock`, which DVC writes in place: a copy is kept during a run, and a torn or shortened one is put back."""

from __future__ import annotations

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


def keep(lock: Path, copy: Path) -> None:
    """Copies the lock before a run; `settle` ends that."""
    make_folder(copy.parent)
    write_atomic(copy, lock.read_bytes() if lock.exists() else _NONE)


def restore(lock: Path, copy: Path) -> None:
    """Puts back the lock as it was before the run."""
    if copy.read_bytes() == _NONE:
        lock.unlink(missing_ok=True)
        copy.unlink()
    else:
        copy.replace(lock)  # which needs no room, where a full disk tore the lock


def settle(lock: Path, copy: Path, needed: Collection[str]) -> None:
    """Ends a run that came through: the lock must be whole and hold the `needed` stages; raises Failure else."""
    try:
        missing = set(needed) - locked_stages(lock.read_bytes())
    except (OSError, ValueError) as error:
        restore(lock, copy)
        raise Failure(f"{lock} is damaged after the run: {error}", exit_code=Exit.STALE, remedy="Run again.") from error
    if missing:
        restore(lock, copy)
        names = ", ".join(sorted(missing))
        raise Failure(f"{lock} lost {names} in the run", exit_code=Exit.STALE, remedy="Run again.")
    copy.unlink()


def heal(lock: Path, copy: Path, stages: Collection[str]) -> str | None:
    """Mends what a run left that was killed or failed, and says what it did, or None.

    The copy is there only when a run did not end. What that run finished stays in DVC's cache and is found again.
    """
    before = _stages_or_none(copy) if copy.exists() and copy.read_bytes() != _NONE else frozenset()
    now = _stages_or_none(lock) if lock.exists() else frozenset()
    if now is not None and (before or frozenset()) & set(stages) <= now:
        copy.unlink(missing_ok=True)
        return None
    if before:
        restore(lock, copy)
        return f"{lock.name} was damaged by a run that was killed: taken back to the one before it"
    lock.unlink(missing_ok=True)
    copy.unlink(missing_ok=True)
    return f"{lock.name} was damaged and had no copy: removed, the cache still knows past runs"


def _stages_or_none(path: Path) -> frozenset[str] | None:
    try:
        return locked_stages(path.read_bytes())
    except ValueError:
        return None
