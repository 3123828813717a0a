"""The two files between agent and server, each written whole: what it shall serve, and what it serves.

The agent writes `wanted.json`, the front writes `status.json`; a higher `generation` there says that it has seen the
wish. Whoever is killed in between, the files hold the old or the new.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import write_atomic
from mlops_spec.targets.live import Running, Served, Window

if TYPE_CHECKING:
    from pathlib import Path

WANTED = "wanted.json"
STATUS = "status.json"
LOCK = "lock"
LOG = "server.log"


@dataclass(frozen=True)
class Wanted:
    """The whole wish: `candidate` gets `weight` percent of the requests, or as a `shadow` a copy of them.

    After `expires` (seconds since 1970) it gets none: a canary must not outlive the agent that watches it.
    """

    model: str
    stable: Served | None = None
    candidate: Served | None = None
    mode: Literal["canary", "shadow"] = "canary"
    weight: int = 0
    expires: float | None = None
    previous: Served | None = None
    generation: int = 0


@dataclass(frozen=True)
class WorkerStatus(Running):
    """One version's process."""

    pid: int | None = None


@dataclass(frozen=True)
class Status:
    """What the server does: `stable` is the digest that answers now."""

    pid: int
    listen: str
    generation: int
    model: str
    stable: str | None = None
    candidate: str | None = None
    weight: int = 0
    workers: tuple[WorkerStatus, ...] = field(default=())

    def worker(self, digest: str) -> WorkerStatus | None:
        """The process of one version."""
        return next((worker for worker in self.workers if worker.digest == digest), None)


def read_wanted(folder: Path) -> Wanted | None:
    """The wish, or None where there never was one; raises Failure for a file that isn't one."""
    record = _read(folder / WANTED)
    if record is None:
        return None
    try:
        versions = {key: _served(record[key]) for key in ("stable", "candidate", "previous")}
        return Wanted(**(record | versions))
    except (KeyError, TypeError) as error:
        raise _damaged(folder / WANTED, error) from error


def write_wanted(folder: Path, wanted: Wanted) -> None:
    """Replaces the wish, and waits until the disk has it."""
    write_atomic(folder / WANTED, json.dumps(asdict(wanted), indent=1) + "\n")


def read_status(folder: Path) -> Status | None:
    """What the server said last; None where it said nothing yet."""
    record = _read(folder / STATUS)
    if record is None:
        return None
    try:
        return Status(**(record | {"workers": tuple(_worker(worker) for worker in record["workers"])}))
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / STATUS, error) from error


def write_status(folder: Path, status: Status) -> None:
    """Replaces the status; it is of no use after a crash, so the disk is not waited for."""
    temporary = folder / f".{STATUS}.{status.pid}"
    temporary.write_text(json.dumps(asdict(status)) + "\n", encoding="utf-8")
    temporary.replace(folder / STATUS)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not isinstance(record, dict):
        raise _damaged(path, TypeError("not an object"))
    return record


def _served(record: dict[str, Any] | None) -> Served | None:
    return None if record is None else Served(**record)


def _worker(record: dict[str, Any]) -> WorkerStatus:
    bins = tuple((number, held) for number, held in record["window"]["bins"])
    window = Window(**(record["window"] | {"bins": bins}))
    return WorkerStatus(**(record | {"window": window}))


def _damaged(path: Path, error: Exception) -> Failure:
    return Failure(
        f"{path} can't be read: {error}",
        exit_code=Exit.CONFIG,
        remedy="Remove it: the next pass of the agent writes it again.",
    )
