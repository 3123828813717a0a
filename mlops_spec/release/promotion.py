"""Whether a version may go to an environment: what `promote plan` and `promote ask` both decide by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.errors import Exit, Failure, refuse
from mlops_spec.git import Stale
from mlops_spec.ledger.record import CLOSED_BY, Package, Reference, What
from mlops_spec.release.declared import Declared, Following, declared_in
from mlops_spec.release.evidence import approvals, current, fit, registered_as, soaked
from mlops_spec.release.reverted import anew

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.ledger import Record
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.approvals import Approved
    from mlops_spec.release.world import World


@dataclass(frozen=True)
class Wish:
    """A version that may go to an environment, with what lets it."""

    what: What
    registered: Record
    approved: Approved | None = None
    open: Record | None = None  # the intent that an earlier run recorded for the very same
    done: bool = False  # it is live already


def follow(world: World, environment: str, version: str, digest: str | None) -> Wish:
    """Whether the newest registered version may go to an environment that follows them.

    Raises:
        Stale: a newer version is registered (exit 75).
        Failure: the version is not fit (exit 1).
    """
    registered = registered_as(world, version, digest)
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
    fit(world, what)
    return Wish(what, registered, open=world.state.open.get(environment))


def promote(world: World, environment: str, forge: Callable[[], GitHub]) -> Wish | None:
    """Whether what main declares for a promoted environment may be deployed; None: it declares nothing.

    Raises:
        Stale: the environment moved since the promotion was proposed (exit 75).
        Failure: a rule does not let it through (exit 1).
    """
    said = declared_in(world.main, environment)
    if isinstance(said, Following):
        raise Failure(f"{environment} follows the registered versions: there is nothing to promote")
    if said.version is None or said.digest is None:
        return None
    if said.model != world.spec.model:
        refuse(f"{world.place.deploy(environment)}: model {said.model!r}, but the spec is of {world.spec.model!r}")
    registered = registered_as(world, said.version, said.digest)
    live, asked = world.state.live.get(environment), world.state.open.get(environment)
    if live and (live.version, live.digest) == (said.version, said.digest) and not _wants_declared_package(asked, said):
        return Wish(live.intent.what, registered, done=True)
    said = anew(world, said)
    what = what_for(world, environment, registered, after=world.environment(environment).after)
    earlier = _asked_before(world, said)
    if earlier is not None and earlier != asked:
        refuse(
            f"{said.version} was live in {environment} (serial {said.serial}) and no longer is: "
            f"{live.version if live else 'nothing'} is, by intent {live.intent.seq if live else '-'}",
            "merge the pull request that sets Git back, or propose the version anew",
        )
    if earlier is None:
        current(world, said)
        fit(world, what)
        soaked(world, what)
    return Wish(earlier.what if earlier else what, registered, approvals(world, said, forge), open=earlier)


def what_for(world: World, environment: str, registered: Record, after: str | None = None) -> What:
    """What an intent for a registered version would be about: the next serial, on what is live now."""
    now, last = world.state.live.get(environment), world.state.serial(environment)
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
        if not _wants_declared_package(record, said):
            return None
        outcome = ledger.outcome_of(world.records, record)
        if outcome is not None and outcome.result != "succeeded":
            refuse(
                f"serial {said.serial} of {said.environment} ended as {outcome.result} (record {outcome.seq})",
                f"propose it anew: `mlops-spec promote open {said.environment} --version {said.version}`",
            )
        return record
    return None


def _wants_declared_package(intent: Record | None, said: Declared) -> bool:
    what = intent.what if intent else None
    return what is not None and (what.version, what.package and what.package.digest) == (said.version, said.digest)
