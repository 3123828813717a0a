"""The memory of the target `batch` on its host: which versions it has, and which days it is through with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import write_atomic
from mlops_spec.targets.live import Served, Window

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Versions:
    """Which version scores, which one is tried, which one is gone back to; `old` and `new` are of their comparison."""

    stable: Served | None = None
    candidate: Served | None = None
    previous: Served | None = None
    old: Window = field(default_factory=Window)
    new: Window = field(default_factory=Window)
    told: bool = False  # what is live stands beside the scores


def read_versions(path: Path) -> Versions:
    """The versions on record; none on a new host."""
    said = _read(path)
    stable, candidate, previous = (_served(said.get(name)) for name in ("stable", "candidate", "previous"))
    old, new = (read_window(said[name]) if name in said else Window() for name in ("old", "new"))
    return Versions(stable, candidate, previous, old, new, bool(said.get("told")))


def write_versions(path: Path, versions: Versions) -> None:
    _write(path, asdict(versions))


def read_days(path: Path) -> dict[str, dict[str, Any]]:
    """By day: when it was tried last, in seconds since 1970, and whether it is done."""
    return _read(path)


def write_days(path: Path, days: dict[str, dict[str, Any]]) -> None:
    _write(path, days)


def _served(said: dict[str, Any] | None) -> Served | None:
    return Served(**said) if said else None


def read_window(said: dict[str, Any]) -> Window:
    """A window as JSON has it."""
    return Window(**said | {"bins": tuple((number, count) for number, count in said["bins"])})


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_bytes())
        if not isinstance(said, dict):
            raise TypeError("it is no mapping")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Failure(f"{path} can't be read: {error}", exit_code=Exit.CONFIG, remedy="Remove it.") from error
    return said


def _write(path: Path, said: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(path, json.dumps(said, indent=1) + "\n")
