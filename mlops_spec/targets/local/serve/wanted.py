"""The two files between agent and server for each model, each written whole: what it shall serve, and what it serves.

The agent writes `wanted.json`, the front writes `status.json`; a higher `generation` there says that it has seen the
wish. Whoever is killed in between, the files hold the old or the new. Of a repository with several models each has
`wanted/NAME.json` and `status/NAME.json`, so that a look at one folder tells whether anything is wanted otherwise.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import write_atomic
from mlops_spec.targets.live import Running, Served, Window

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WANTED = "wanted.json"
STATUS = "status.json"
MEMORY = "memory"  # the bytes that all models together may take, where the agent was told
LOCK = "lock"
LOG = "server.log"
ALONE = ""  # in place of the name of a model that is the only one of its repository
_MANY_WANTED, _MANY_STATUS = "wanted", "status"
_SURE_SECONDS = 1.0  # a folder that changed less than that ago may change again without another time
Seen = tuple[int, int]


@dataclass(frozen=True)
class Wanted:
    """The whole wish: `candidate` gets `weight` percent of the requests, or as a `shadow` a copy of them.

    After `expires` (seconds since 1970) it gets none: a canary must not outlive the agent that watches it. A higher
    number of `reloads` loads anew what runs.
    """

    model: str
    stable: Served | None = None
    candidate: Served | None = None
    mode: Literal["canary", "shadow"] = "canary"
    weight: int = 0
    expires: float | None = None
    previous: Served | None = None
    generation: int = 0
    reloads: int = 0


@dataclass(frozen=True)
class WorkerStatus(Running):
    """One version's process."""

    pid: int | None = None


@dataclass(frozen=True)
class Status:
    """What the server does with one model: `stable` is the digest that answers now."""

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


def wanted_file(folder: Path, name: str = ALONE) -> Path:
    """Where the wish for a model lies in a server's folder."""
    return folder / _MANY_WANTED / f"{name}.json" if name else folder / WANTED


def status_file(folder: Path, name: str = ALONE) -> Path:
    """Where the status of a model lies in a server's folder."""
    return folder / _MANY_STATUS / f"{name}.json" if name else folder / STATUS


def read_wanted(folder: Path, name: str = ALONE) -> Wanted | None:
    """The wish, or None where there never was one; raises Failure for a file that isn't one."""
    path = wanted_file(folder, name)
    record = _read(path)
    if record is None:
        return None
    try:
        versions = {key: _served(record[key]) for key in ("stable", "candidate", "previous")}
        return Wanted(**(record | versions))
    except (KeyError, TypeError) as error:
        raise _damaged(path, error) from error


def write_wanted(folder: Path, wanted: Wanted, name: str = ALONE) -> None:
    """Replaces the wish, and waits until the disk has it."""
    record = asdict(wanted)
    if not wanted.reloads:  # a server of before there was this field reads the rest
        del record["reloads"]
    path = wanted_file(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(path, json.dumps(record, indent=1) + "\n")


def forget_wanted(folder: Path, name: str) -> None:
    """Removes the wish for a model, which then is wanted no more."""
    wanted_file(folder, name).unlink(missing_ok=True)


def rename_wanted(folder: Path, old: str, new: str) -> None:
    """Lets a wish stand under another name, as a whole: of the one model, or of one among several."""
    target = wanted_file(folder, new)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted_file(folder, old).rename(target)


def wanted_names(folder: Path) -> tuple[str, ...]:
    """The models that somebody wanted here, by the names of their wishes."""
    many = folder / _MANY_WANTED
    found = (path.stem for path in many.iterdir() if path.suffix == ".json") if many.is_dir() else ()
    return (*((ALONE,) if (folder / WANTED).exists() else ()), *sorted(found))


class Wishes:
    """The wishes of a server's folder, of which only those are read that changed since the look before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, Seen] = {}
        self._many: int | None = None

    def changed(self) -> Iterator[tuple[str, Wanted | None]]:
        """Wishes that are new or other than they were; None: it is gone. What can't be read stays as it was.

        A look at two times of change is all that it costs where nothing did.
        """
        yield from self._look(ALONE)
        try:
            at = (self._folder / _MANY_WANTED).stat().st_mtime_ns
        except OSError:
            return
        if at == self._many:
            return
        self._many = at if time.time_ns() - at > _SURE_SECONDS * 1e9 else None
        for name in sorted({*wanted_names(self._folder), *self._seen} - {ALONE}):
            yield from self._look(name)

    def _look(self, name: str) -> Iterator[tuple[str, Wanted | None]]:
        try:
            found = wanted_file(self._folder, name).stat()
            seen = found.st_mtime_ns, found.st_ino
            if seen == self._seen.get(name):
                return
            wanted = read_wanted(self._folder, name)
            if wanted is not None:
                self._seen[name] = seen
                yield name, wanted
        except FileNotFoundError:
            if self._seen.pop(name, None) is not None:
                yield name, None
        except (OSError, Failure):  # what runs goes on running; the agent sees that the generation does not move
            return


def read_memory(folder: Path) -> int | None:
    """The bytes that all models together may take, or None where nobody said."""
    try:
        return int((folder / MEMORY).read_text(encoding="ascii")[:20])
    except (OSError, ValueError):
        return None


def write_memory(folder: Path, allowed: int | None) -> None:
    """Says how many bytes all models together may take, or that nobody says."""
    if allowed is None:
        if (folder / MEMORY).exists():
            (folder / MEMORY).unlink()
    elif allowed != read_memory(folder):
        write_atomic(folder / MEMORY, f"{allowed}\n")


def read_status(folder: Path, name: str = ALONE) -> Status | None:
    """What the server said last of a model; None where it said nothing yet."""
    path = status_file(folder, name)
    record = _read(path)
    if record is None:
        return None
    try:
        return Status(**(record | {"workers": tuple(_worker(worker) for worker in record["workers"])}))
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error


def write_status(folder: Path, status: Status, name: str = ALONE) -> None:
    """Replaces the status; it is of no use after a crash, so the disk is not waited for."""
    path = status_file(folder, name)
    temporary = path.with_name(f".{path.name}.{status.pid}")
    temporary.write_text(json.dumps(asdict(status)) + "\n", encoding="utf-8")
    temporary.replace(path)


def forget_status(folder: Path, name: str) -> None:
    """Removes the status of a model that is served no more."""
    status_file(folder, name).unlink(missing_ok=True)


def serves_many(folder: Path) -> bool:
    """Whether a server of this folder has said that it takes the wishes of several models."""
    return (folder / _MANY_STATUS).is_dir()


def say_serves_many(folder: Path) -> None:
    """Says so."""
    (folder / _MANY_STATUS).mkdir(exist_ok=True, mode=0o700)


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
