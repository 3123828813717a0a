"""The target `batch`: a version that scores deliveries on this host or in a workflow, day by day."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.spec.base import seconds
from mlops_spec.spec.environments import Batch
from mlops_spec.targets.batch.days import due, newest
from mlops_spec.targets.batch.process import do
from mlops_spec.targets.batch.state import Versions, read_days, read_versions, read_window, write_days, write_versions
from mlops_spec.targets.batch.work import Places, Work
from mlops_spec.targets.live import Heard, Kept, Live, Running, Scored, Window
from mlops_spec.targets.target import Refused, home_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.spec.environments import Environment
    from mlops_spec.targets.live import Served
    from mlops_spec.targets.target import Asked, Host

_FOLDER, _VERSIONS = "batch", "versions.json"
_RETRY_SECONDS = 60.0  # between two looks at a day that could not be scored
_PASSING = {Exit.UNAVAILABLE, Exit.IO, Exit.STALE}  # says nothing of the delivery


@dataclass(frozen=True)
class Scorer:
    """The scoring of one environment by the agent of this host; nothing of it runs between two days."""

    host: Host
    environment: Batch

    @classmethod
    def on(cls, host: Host, environment: Environment) -> Self:
        """The scoring that an environment asks for."""
        assert isinstance(environment, Batch)
        return cls(host, environment)

    @classmethod
    def heard(cls, environment: Environment, model: str) -> Heard:  # noqa: ARG003 - an output is one model's
        """What stands beside the scores: the version that is live, and the days that are late."""
        assert isinstance(environment, Batch)
        try:
            said = do(Work("hear", Places.of(environment)))
            if said["version"] is None:
                return Heard(unseen=f"nothing was told to {environment.output} yet")
            wanted = due(environment, datetime.fromisoformat(said["since"]), datetime.now(UTC))
            late = do(Work("hear", Places.of(environment), days=wanted))["late"] if wanted else []
        except Failure as failure:
            return Heard(unseen=f"what is live can't be read: {failure.message}")
        return Heard(said["version"], said["digest"], late=tuple(late), scheduled=True)

    @classmethod
    def clear(cls, state: object) -> None:
        """Nothing runs between two days."""

    @classmethod
    def models(cls, state: Path) -> tuple[Kept, ...]:
        """The models whose versions this host has on record."""
        homes = {"": state, **{path.name: path for path in sorted((state / "models").glob("*"))}}
        found = ((name, home / _FOLDER / _VERSIONS) for name, home in homes.items())
        return tuple(_known(name, file) for name, file in found if file.exists())

    @classmethod
    def rename(cls, state: Path, old: str, new: str) -> None:
        """Lets what is on record lie in another home."""
        home_of(state, new).mkdir(parents=True, exist_ok=True, mode=0o700)
        (home_of(state, old) / _FOLDER).rename(home_of(state, new) / _FOLDER)

    def check(self) -> None:
        """Raises Failure where the places can't be read (69, 78)."""
        do(self._work("hear"))

    def start(self) -> bool:
        """Nothing has to run."""
        return False

    def restart(self) -> None:
        """Each day is scored by processes of its own."""

    def current(self) -> Live:
        """What this host has on record."""
        kept = self._kept()
        if kept.stable is None and kept.candidate is None:
            return Live(unseen=f"nothing was staged for {self.host.state}")
        return Live(_running(kept.stable, kept.old), _running(kept.candidate, kept.new))

    def stage(self, version: Served) -> None:
        """Loads a version once, in a process like those that will score; raises Refused where that fails."""
        self.abort()
        if self._kept().stable == version:
            return
        try:
            do(self._work("load", version=version))
        except Failure as failure:
            if failure.exit_code == Exit.UNAVAILABLE:
                raise
            raise Refused(f"{version.version} can't score: {failure.message}") from failure
        self._keep(replace(self._kept(), candidate=version))

    def shift(self, weight: int, seconds: float) -> None:
        """Rows of one day are not shared between versions."""

    def mirror(self, seconds: float) -> None:  # noqa: ARG002 - it takes as long as it takes
        """Gives both versions the rows of the newest sound delivery, and keeps what they answered."""
        kept = self._kept()
        if kept.stable is None or kept.candidate is None:
            return
        days = newest(datetime.now(UTC))
        said = do(self._work("compare", version=kept.stable, rival=kept.candidate, days=days))
        self._keep(replace(kept, old=read_window(said["old"]), new=read_window(said["new"])))

    def finish(self) -> None:
        """Makes the staged version the one that scores, and says so beside the scores."""
        kept = self._kept()
        if kept.candidate is not None:
            self._keep(Versions(kept.candidate, None, kept.stable))
        self._tell()

    def _tell(self) -> None:
        kept = self._kept()
        if kept.stable is not None and not kept.told:
            do(self._work("tell", version=kept.stable, since=datetime.now(UTC).isoformat(timespec="seconds")))
            self._keep(replace(kept, told=True))

    def abort(self) -> None:
        """Drops the staged version."""
        kept = self._kept()
        if kept.candidate is not None:
            self._keep(replace(kept, candidate=None, old=Window(), new=Window()))

    def retire(self) -> None:
        """Ends scoring: nothing is on record any more."""
        self._path(_VERSIONS).unlink(missing_ok=True)

    def kept(self) -> set[str]:
        """Digests of the packages that may score: live, tried, and the one before."""
        return {each.digest for each in _versions(self._kept())}

    def prune(self, seconds: float) -> None:
        """The scores are their owner's, to keep or to remove."""

    def work(self, version: Served, first: datetime, asked: Asked) -> Iterator[Scored]:
        """Scores the days that were asked for, and those that are due and not done."""
        self._tell()
        for day in dict.fromkeys((*asked.days, *self._due(first, asked.since))):
            scored = self._scored(day, version, again=day in asked.days)
            yield scored
            self._note(scored)  # the caller has it on record by now: what is killed before is found again

    def _due(self, first: datetime, since: str | None) -> Iterator[str]:
        now = datetime.now(UTC)
        if since is not None:
            yield from due(self.environment, datetime.fromisoformat(since).replace(tzinfo=UTC), now)
            return
        back = now - timedelta(seconds=seconds(self.environment.catch_up))
        yield from (day for day in due(self.environment, max(first, back), now) if self._is_open(day))

    def _scored(self, day: str, version: Served, *, again: bool) -> Scored:
        try:
            found = Scored(day, **do(self._work("score", version=version, days=(day,), again=again)))
        except Failure as failure:
            found = Scored(day, problem=failure.message, passing=failure.exit_code in _PASSING, remedy=failure.remedy)
        return found

    def _note(self, scored: Scored) -> None:
        path = self._path("days.json")
        write_days(path, read_days(path) | {scored.day: {"tried": time.time(), "done": not scored.problem}})

    def _is_open(self, day: str) -> bool:
        known = read_days(self._path("days.json")).get(day)
        return known is None or (not known["done"] and time.time() - known["tried"] > _RETRY_SECONDS)

    def _work(self, kind: Any, **more: Any) -> Work:
        places = Places.of(self.environment, self.host.storage)
        return Work(kind, places, self.host.model, self.host.key, max_refused=self.environment.max_refused, **more)

    def _path(self, name: str) -> Any:
        return self.host.home / _FOLDER / name

    def _kept(self) -> Versions:
        return read_versions(self._path(_VERSIONS))

    def _keep(self, versions: Versions) -> None:
        write_versions(self._path(_VERSIONS), versions)


def _known(name: str, file: Path) -> Kept:
    try:
        versions = _versions(read_versions(file))
    except Failure:
        return Kept(name, name, frozenset(), readable=False)
    return Kept(name, name or _model_of(versions), frozenset(each.digest for each in versions))


def _versions(kept: Versions) -> list[Served]:
    return [each for each in (kept.stable, kept.candidate, kept.previous) if each is not None]


def _model_of(versions: Sequence[Served]) -> str:
    """The model that packages are of; empty where none can be read."""
    for each in versions:
        with suppress(Failure):
            return read_manifest(Path(each.package)).model
    return ""


def _running(version: Served | None, window: Window) -> Running | None:
    return (
        Running(version.version, version.digest, "ready", window=window, package=version.package)
        if version is not None
        else None
    )
