"""One look of the monitor at several models of a repository: one fetch, an issue for each, and one heartbeat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mlops_spec import ledger
from mlops_spec.deploy.found import Finder, Found
from mlops_spec.deploy.heartbeat import environment_of
from mlops_spec.document.diagnostic import listed
from mlops_spec.errors import Exit, Failure
from mlops_spec.monitor.alert import LABEL, beat, count_of, label_of, tell
from mlops_spec.monitor.back import set_all_back
from mlops_spec.monitor.check import Check, Checks, as_json
from mlops_spec.monitor.once import Where, look_at, telling_of
from mlops_spec.monitor.state import check_ledger
from mlops_spec.place import Place
from mlops_spec.platforms.github.api import issues
from mlops_spec.release.world import World
from mlops_spec.repository.root import root_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import PurePosixPath

    from mlops_spec.git import Git, Tree
    from mlops_spec.monitor.telling import Telling
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.run import Run


@dataclass(frozen=True)
class Seen:
    """What was looked at of one model: its checks, those of what it was asked, and the exit code."""

    model: str
    folder: PurePosixPath
    checks: Checks
    asked: Checks = ()
    failed: int = Exit.OK

    @property
    def all(self) -> Checks:
        """The checks in the order of the report."""
        return (*self.checks, *self.asked)

    @property
    def exit_code(self) -> int:
        """That of why it could not be looked at; 1 where something was found."""
        return self.failed or (Exit.FINDINGS if any(check.findings for check in self.all) else Exit.OK)


@dataclass(frozen=True)
class SeenAll:
    """The check of the ledger that all share, and each model; none where the ledger does not hold."""

    whole: Check
    models: tuple[Seen, ...]

    @property
    def exit_code(self) -> int:
        """The worst one."""
        codes = [each.exit_code for each in self.models]
        return max([*codes, Exit.FINDINGS if self.whole.findings else Exit.OK])


def monitor_all(git: Git, github: GitHub | None, where: Where, run: Run, names: Collection[str]) -> SeenAll:
    """Checks the models of main, or those of these names; a model that is not valid is a finding of its own.

    Raises:
        Failure: a remote or the forge does not answer (69) or refuses (78), or main has no such model (2).
    """
    now, telling = datetime.now(UTC), telling_of(git, github, where, run)
    seen = SeenAll(check_ledger(git), ())
    if not seen.whole.findings:
        main = git.fetch_main().root
        found = _meant(git, Finder().models(main), where, names)
        worlds = _worlds(git, main, found, now)
        seen = replace(seen, models=tuple(_seen(each, worlds.get(each.name), where, run, telling) for each in found))
    if telling is not None:
        _tell(git, where, seen, telling, now)
    return seen


def as_json_of_all(seen: SeenAll) -> dict[str, Any]:
    """For machines."""
    models = [{"model": each.model, "folder": str(each.folder), **as_json(each.all)} for each in seen.models]
    whole = as_json((seen.whole,))
    return {"ok": whole["ok"] and all(each["ok"] for each in models), "checks": whole["checks"], "models": models}


def _meant(git: Git, found: Iterable[Found], where: Where, names: Collection[str]) -> list[Found]:
    below = [each for each in found if each.folder.is_relative_to(git.folder)]
    if absent := sorted({*names} - {each.name for each in below}):
        raise Failure(f"main has no model {', '.join(absent)}", remedy=f"it has {listed(each.name for each in below)}")
    named = [each for each in below if not names or each.name in names]
    wanted = environment_of(where.state) if where.state is not None else where.environment
    having = [
        each for each in named if isinstance(each.spec, Failure) or not wanted or wanted in each.spec.environments
    ]
    if not having:
        raise Failure(f"no model has an environment {wanted!r}" if below else f"main has no model in {git.folder}")
    return having


def _worlds(git: Git, main: Tree, found: Iterable[Found], now: datetime) -> dict[str, World]:
    records = ledger.read(git)
    state = ledger.replay(records)
    return {
        each.name: World(_within(git, each.folder), main.commit, each.spec, records, state.of(each.name), now)
        for each in found
        if not isinstance(each.spec, Failure)
    }


def _within(git: Git, folder: PurePosixPath) -> Git:
    """A clone of an agent has no folders, nor has a checkout those that main has only now."""
    inside = git.within(folder)
    return inside if inside.directory.is_dir() else replace(git, folder=folder)


def _seen(found: Found, world: World | None, where: Where, run: Run, telling: Telling | None) -> Seen:
    folder = root_of(where.directory) / found.folder
    own = replace(where, directory=folder, log=where.log and where.log / found.name)
    try:
        if world is None:
            assert isinstance(found.spec, Failure)
            raise found.spec
        return Seen(found.name, found.folder, *look_at(world, own, run, telling))
    except Failure as failure:
        code = failure.exit_code or Exit.FINDINGS
        return Seen(found.name, found.folder, (Check("model", (failure.message,)),), failed=code)


def _tell(git: Git, where: Where, seen: SeenAll, telling: Telling, now: datetime) -> None:
    for name, checks, label in _labelled(git, where, seen, telling):
        issue = tell(telling.github, name, checks, label=label)
        if issue is not None:
            telling.say(f"issue #{issue.number}: {issue.html_url}")
    if seen.models:  # nothing is appended to a ledger that does not hold
        main = git.fetch_main().root
        names = {each.model for each in seen.models}
        found = [each for each in Finder().models(main) if each.name in names]
        set_all_back(_worlds(telling.opener.git, main, found, now).values(), telling)
        told = f"{count_of(_all_checks(seen))} in {len(seen.models)} models"
        beat(git, seen.models[0].model, told, who=telling.by, now=now)


def _labelled(git: Git, where: Where, seen: SeenAll, telling: Telling) -> Iterator[tuple[str, Checks, str]]:
    """What each issue is about: those of findings, and those that are open and may close."""
    yield telling.github.repository, (seen.whole,), "-".join(filter(None, (LABEL, where.part, "ledger")))
    opened = {label.name for issue in issues.labelled(telling.github, LABEL) for label in issue.labels}
    for each in seen.models:
        label = label_of(Place(git.directory, each.model, each.folder), where.part)
        if label in opened or any(check.findings for check in each.checks):
            yield each.model, each.checks, label


def _all_checks(seen: SeenAll) -> Sequence[Check]:
    return (seen.whole, *(check for each in seen.models for check in each.checks))
