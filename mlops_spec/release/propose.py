"""Proposing a promotion: one branch and one pull request per environment, changing its deploy file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.record import Package, What
from mlops_spec.ledger.state import unfit, version_key
from mlops_spec.release.declared import Declared, Following, declared_in
from mlops_spec.release.evidence import approvable
from mlops_spec.release.proof import verify_release
from mlops_spec.release.proposal import report
from mlops_spec.release.publish import Letter, Proposal, publish
from mlops_spec.release.world import look

if TYPE_CHECKING:
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.world import World


def propose(git: Git, github: GitHub, environment: str, version: str, *, now: datetime | None = None) -> Proposal:
    """Opens the promotion of a version into an environment, or brings the open one up to date.

    Raises:
        Failure: the version may not go there (exit 1), the environment isn't promoted (2), the remote is away (69).
    """
    return propose_in(look(git, revision=git.fetch_main().commit, now=now), github, environment, version)


def propose_in(world: World, github: GitHub, environment: str, version: str) -> Proposal:
    """The same in a world that was looked at; raises as `propose` does."""
    said = declared_in(world.main, environment)
    if isinstance(said, Following):
        raise Failure(f"{environment} follows the registered versions: nothing is promoted into it")
    registered = world.state.registered.get(version)
    wanted = _declaration(world, environment, version, registered)
    live = world.state.live.get(environment)
    if live and (live.version, live.digest) == (version, wanted.digest):
        return Proposal(environment, version, None, None, f"{version} is live in {environment} already")
    same = (said.version, said.digest, said.serial) == (version, wanted.digest, wanted.serial)
    if same and approvable(world, said, github):
        return Proposal(environment, version, None, None, f"main declares {version} for {environment} already")
    assert registered is not None
    verify_release(world.git, world.records, registered)
    return _publish(world, github, wanted, registered)


def title_of(world: World, environment: str, version: str) -> str:
    """The title of the pull request."""
    return f"Promote {world.spec.model} {version} to {environment}"


def _declaration(world: World, environment: str, version: str, registered: Record | None) -> Declared:
    after = world.environment(environment).after
    digest = registered.what.package.digest if registered and registered.what.package else ""
    problem = unfit(world.state, version, digest, after)
    if problem:
        raise Failure(problem, exit_code=Exit.FINDINGS)
    live, last = world.state.live.get(environment), world.state.serial(environment)
    return Declared(
        environment=environment,
        model=world.spec.model,
        version=version,
        digest=digest,
        serial=last + 1,
        base_serial=last,
        base_digest=live.digest if live else None,
        evidence=[],
    )


def _publish(world: World, github: GitHub, wanted: Declared, registered: Record) -> Proposal:
    environment, version = wanted.environment, wanted.version or ""
    told = Letter(
        world.place.branch("promote", environment),
        title_of(world, environment, version),
        report(world, _what(wanted, world.environment(environment).after), registered),
        registered.evidence,
    )
    return publish(world, github, wanted, told, stays=lambda proposed: _newer(proposed, wanted))


def _newer(proposed: Declared, wanted: Declared) -> bool:
    if proposed.version is None or wanted.version is None:
        return False
    return version_key(proposed.version) > version_key(wanted.version)


def _what(wanted: Declared, after: str) -> What:
    assert wanted.digest is not None
    return What(
        model=wanted.model,
        version=wanted.version,
        environment=wanted.environment,
        package=Package(digest=wanted.digest),
        serial=wanted.serial,
        base_serial=wanted.base_serial,
        after=after,
    )
