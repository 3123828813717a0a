"""Whether a version may go to an environment: the rules that `promote plan` and `promote ask` both hold to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

from mlops_spec import layout, ledger
from mlops_spec.errors import Exit, Failure
from mlops_spec.forge import pulls
from mlops_spec.git import Stale
from mlops_spec.ledger.history import time_live
from mlops_spec.ledger.record import CLOSED_BY, Package, Reference, What
from mlops_spec.ledger.state import holds, unfit
from mlops_spec.release.approvals import REPORT, Approved, approved, report_digest
from mlops_spec.release.declared import Declared, Following, declared_in, path_of
from mlops_spec.release.reverted import anew
from mlops_spec.release.source import spec_at
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.forge import GitHub
    from mlops_spec.git import Git
    from mlops_spec.ledger import Record, State
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Environment


@dataclass(frozen=True)
class World:
    """What a decision is made on: the ledger, and main as it was checked out."""

    git: Git
    commit: str
    spec: Spec
    records: tuple[Record, ...]
    state: State
    now: datetime

    def environment(self, name: str) -> Environment:
        """An environment of the spec."""
        found = self.spec.environments.get(name)
        if found is None:
            raise Failure(
                f"{layout.SPEC}: no environment {name!r}", remedy=f"there is {', '.join(self.spec.environments)}"
            )
        return found


@dataclass(frozen=True)
class Wish:
    """A version that may go to an environment, with what lets it."""

    what: What
    registered: Record
    approved: Approved | None = None
    open: Record | None = None  # the intent that an earlier run recorded for the very same
    done: bool = False  # it is live already


def look(git: Git, *, revision: str = "HEAD", at: str | None = None, now: datetime | None = None) -> World:
    """Reads the ledger (as its commit `at` has it) and the spec.

    Raises:
        Failure: the ledger or the spec does not hold (1, 2), or the remote doesn't answer (69).
    """
    tree = git.tree(revision)
    records = ledger.read(git, at=at)
    return World(git, tree.commit, spec_at(tree), records, ledger.replay(records), now or datetime.now(UTC))


def follow(world: World, environment: str, version: str, digest: str | None) -> Wish:
    """Whether the newest registered version may go to an environment that follows them.

    Raises:
        Stale: a newer version is registered (exit 75).
        Failure: the version is not fit (exit 1).
    """
    registered = _registered(world, version, digest)
    what = what_for(world, environment, registered)
    now = world.state.live.get(environment)
    if now and (now.version, now.digest) == (version, what.package and what.package.digest):
        return Wish(what, registered, done=True)
    if world.state.newest != version:
        raise Stale(
            f"{version} is not the newest version: {world.state.newest} is registered since",
            exit_code=Exit.STALE,
            remedy=f"{environment} follows the newest; an older one comes back by a revert on main",
        )
    _fit(world, what)
    return Wish(what, registered, open=world.state.open.get(environment))


def promote(world: World, environment: str, forge: Callable[[], GitHub]) -> Wish | None:
    """Whether what main declares for a promoted environment may be deployed; None: it declares nothing.

    Raises:
        Stale: the environment moved since the promotion was proposed (exit 75).
        Failure: a rule does not let it through (exit 1).
    """
    said = declared_in(world.git.tree(world.commit), environment)
    if isinstance(said, Following):
        raise Failure(f"{environment} follows the registered versions: there is nothing to promote")
    if said.version is None or said.digest is None:
        return None
    if said.model != world.spec.model:
        _refuse(f"{path_of(environment)}: model {said.model!r}, but the spec is of {world.spec.model!r}")
    registered = _registered(world, said.version, said.digest)
    live, asked = world.state.live.get(environment), world.state.open.get(environment)
    if live and (live.version, live.digest) == (said.version, said.digest) and not _is_about(asked, said):
        return Wish(live.intent.what, registered, done=True)
    said = anew(world, said)
    what = what_for(world, environment, registered, after=world.environment(environment).after)
    earlier = _asked_before(world, said)
    if earlier is not None and earlier != asked:
        _refuse(
            f"{said.version} was live in {environment} (serial {said.serial}) and no longer is: "
            f"{live.version if live else 'nothing'} is, by intent {live.intent.seq if live else '-'}",
            "merge the pull request that sets Git back, or propose the version anew",
        )
    if earlier is None:
        _current(world, said)
        _fit(world, what)
        _soaked(world, what)
    return Wish(earlier.what if earlier else what, registered, _approvals(world, said, forge), open=earlier)


def _registered(world: World, version: str, digest: str | None) -> Record:
    found = world.state.registered.get(version)
    if found is None or found.what.package is None:
        _refuse(f"{version} was never registered", "`mlops-spec audit log --event register` lists what was")
    if digest is not None and found.what.package.digest != digest:
        _refuse(f"{version} was registered as {found.what.package.digest}, not as {digest}")
    return found


def what_for(world: World, environment: str, registered: Record, after: str | None = None) -> What:
    """What an intent for a registered version would be about: the next serial, on what is live now."""
    now, last = world.state.live.get(environment), world.state.serial.get(environment, 0)
    package = registered.what.package
    assert package is not None
    return What(
        model=world.spec.model,
        version=registered.what.version,
        environment=environment,
        package=Package(digest=package.digest),
        from_=Reference(version=now.version, digest=now.digest) if now else None,
        serial=last + 1,
        base_serial=last,
        after=after,
    )


def _asked_before(world: World, said: Declared) -> Record | None:
    """The intent that this declaration had already, still open or well ended; one that ended badly is not repeated."""
    for record in reversed(world.records):
        what = record.what
        if record.event not in CLOSED_BY or (what.environment, what.serial) != (said.environment, said.serial):
            continue
        if not _is_about(record, said):
            return None
        outcome = ledger.outcome_of(world.records, record)
        if outcome is not None and outcome.result != "succeeded":
            _refuse(
                f"serial {said.serial} of {said.environment} ended as {outcome.result} (record {outcome.seq})",
                f"propose it anew: `mlops-spec promote open {said.environment} --version {said.version}`",
            )
        return record
    return None


def _is_about(intent: Record | None, said: Declared) -> bool:
    """Whether an intent wants the package that is declared."""
    what = intent.what if intent else None
    return what is not None and (what.version, what.package and what.package.digest) == (said.version, said.digest)


def _current(world: World, said: Declared) -> None:
    """Nobody moved the environment since the promotion was proposed."""
    last, now = world.state.serial.get(said.environment, 0), world.state.live.get(said.environment)
    if said.base_serial != last or said.base_digest != (now.digest if now else None):
        raise Stale(
            f"{said.environment} is at serial {last} ({now.version if now else 'nothing'} live), "
            f"but the promotion was decided on serial {said.base_serial}",
            exit_code=Exit.STALE,
            remedy=f"propose it anew: `mlops-spec promote open {said.environment} --version {said.version}`",
        )
    if said.serial != last + 1:
        _refuse(f"{path_of(said.environment)}: serial {said.serial} does not follow {last}")


def _fit(world: World, what: What) -> None:
    """Registered, not revoked, live where it had to be before, its gates still holding, its tag untouched."""
    assert what.version
    assert what.package
    problem = unfit(world.state, what.version, what.package.digest, what.after)
    if problem:
        _refuse(problem)
    registered = world.state.registered[what.version]
    day = world.now.date().isoformat()
    failing = [gate for gate in (registered.why.gates if registered.why else ()) if not holds(gate, day)]
    if failing:
        told = ", ".join(f"{gate.id} ({gate.verdict}, waived until {gate.waived_until})" for gate in failing)
        _refuse(f"{what.version}: gates no longer hold: {told}", "renew the waiver in model.yaml, and train again")
    tag = registered.what.tag
    assert tag is not None
    found = world.git.remote_refs(f"refs/tags/{tag.name}").get(f"refs/tags/{tag.name}")
    if found != tag.object:
        _refuse(f"tag {tag.name} is {found or 'gone'} in the remote, but {tag.object} was registered")


def _soaked(world: World, what: What) -> None:
    wanted = world.environment(what.environment or "").promote.soak
    if wanted is None or what.after is None or what.version is None:
        return
    lived = time_live(world.records, what.after, what.version, world.now)
    if lived < timedelta(seconds=seconds(wanted)):
        left = timedelta(seconds=seconds(wanted)) - lived
        _refuse(
            f"{what.version} was live in {what.after} for {_span(lived)}, {wanted} are asked for",
            f"run it again in {_span(left)}",
        )


def _approvals(world: World, said: Declared, forge: Callable[[], GitHub]) -> Approved | None:
    wanted = world.environment(said.environment).promote
    if wanted.approvals == 0:
        return None
    path = str(path_of(said.environment))
    commit = world.git.text("log", "-1", "--first-parent", "--format=%H", world.commit, "--", path)
    github = forge()
    found = approved(github, commit, world.spec, said.environment, _changes(world, said))
    report = next((document.digest for document in said.evidence if document.kind == REPORT), None)
    if report is not None and report != report_digest(pulls.get(github, found.pull_request).body or ""):
        _refuse(f"#{found.pull_request} was edited after it was proposed: its text is not the evidence of {path}")
    return found


def _changes(world: World, said: Declared) -> list[str]:
    """The commits of the versions since the one that is live: what the promotion brings out; a way back, nothing."""
    now = world.state.live.get(said.environment)
    if (said.environment, said.version) in world.state.proven:
        return []
    names = list(world.state.registered)
    first = names.index(now.version) + 1 if now else 0
    last = names.index(said.version) + 1 if said.version else 0
    records = (world.state.registered[name] for name in names[first:last] or [said.version or ""])
    return [record.from_what.commit for record in records if record.from_what]


def _span(time: timedelta) -> str:
    return str(timedelta(seconds=round(time.total_seconds())))


def _refuse(message: str, remedy: str = "") -> NoReturn:
    raise Failure(message, exit_code=Exit.FINDINGS, remedy=remedy)
