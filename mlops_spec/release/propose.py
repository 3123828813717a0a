"""Proposing a promotion: one branch and one pull request per environment, changing its deploy file alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.errors import Exit, Failure
from mlops_spec.forge import pulls
from mlops_spec.git import Update
from mlops_spec.ledger.record import Package, What
from mlops_spec.ledger.state import unfit, version_key
from mlops_spec.release.approvals import REPORT, report_digest
from mlops_spec.release.declared import Declared, Document, Following, declared_in, path_of, text_of
from mlops_spec.release.promotion import look
from mlops_spec.release.proposal import report

if TYPE_CHECKING:
    from datetime import datetime

    from mlops_spec.forge import GitHub
    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.release.promotion import World


@dataclass(frozen=True)
class Proposal:
    """The pull request that promotes a version, or why there is none to open."""

    environment: str
    version: str
    pull_request: int | None
    url: str | None
    message: str


def branch_of(environment: str) -> str:
    """The branch of the one promotion into an environment."""
    return f"mlops/promote-{environment}"


def propose(git: Git, github: GitHub, environment: str, version: str, *, now: datetime | None = None) -> Proposal:
    """Opens the promotion of a version into an environment, or brings the open one up to date.

    Raises:
        Failure: the version may not go there (exit 1), the environment isn't promoted (2), the remote is away (69).
    """
    tracking = f"refs/remotes/{git.remote}/{layout.MAIN_BRANCH}"
    git.fetch(f"+refs/heads/{layout.MAIN_BRANCH}:{tracking}")
    world = look(git, revision=tracking, now=now)
    said = declared_in(git.tree(world.commit), environment)
    if isinstance(said, Following):
        raise Failure(f"{environment} follows the registered versions: nothing is promoted into it")
    registered = world.state.registered.get(version)
    wanted = _declaration(world, environment, version, registered)
    live = world.state.live.get(environment)
    if live and (live.version, live.digest) == (version, wanted.digest):
        return Proposal(environment, version, None, None, f"{version} is live in {environment} already")
    if (said.version, said.digest, said.serial) == (version, wanted.digest, wanted.serial):
        return Proposal(environment, version, None, None, f"main declares {version} for {environment} already")
    assert registered is not None
    return _publish(world, github, wanted, registered)


def _declaration(world: World, environment: str, version: str, registered: Record | None) -> Declared:
    after = world.environment(environment).after
    digest = registered.what.package.digest if registered and registered.what.package else ""
    problem = unfit(world.state, version, digest, after)
    if problem:
        raise Failure(problem, exit_code=Exit.FINDINGS)
    live, last = world.state.live.get(environment), world.state.serial.get(environment, 0)
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
    git, environment, version = world.git, wanted.environment, wanted.version or ""
    branch = branch_of(environment)
    ref = f"refs/heads/{branch}"
    old = git.remote_refs(ref).get(ref)
    proposed = _proposed(git, ref, old, environment)
    open_pulls = pulls.of_branch(github, branch, base=layout.MAIN_BRANCH)
    if open_pulls and proposed and _stays(proposed, wanted):
        told = f"#{open_pulls[0].number} proposes {proposed.version} already"
        return Proposal(environment, version, open_pulls[0].number, open_pulls[0].html_url, told)
    body = report(world, _what(wanted, world.environment(environment).after), registered)
    evidence = [Document(kind=REPORT, digest=report_digest(body))]
    evidence += [Document(kind=each.kind, digest=each.digest) for each in registered.evidence]
    commit = _commit(world, wanted.model_copy(update={"evidence": evidence}))
    git.push(Update(ref, commit, old))
    title = f"Promote {world.spec.model} {version} to {environment}"
    if open_pulls:
        pull = pulls.update(github, open_pulls[0].number, title=title, body=body)
        return Proposal(environment, version, pull.number, pull.html_url, f"#{pull.number} brought up to date")
    pull = pulls.create(github, title=title, head=branch, base=layout.MAIN_BRANCH, body=body)
    return Proposal(environment, version, pull.number, pull.html_url, f"#{pull.number} opened")


def _stays(proposed: Declared, wanted: Declared) -> bool:
    """Whether an open proposal is left alone: it is the same (and may be approved already), or of a newer version."""
    if proposed.version is None or wanted.version is None:
        return False
    same = (proposed.version, proposed.digest, proposed.serial, proposed.base_digest) == (
        wanted.version,
        wanted.digest,
        wanted.serial,
        wanted.base_digest,
    )
    return same or version_key(proposed.version) > version_key(wanted.version)


def _proposed(git: Git, ref: str, commit: str | None, environment: str) -> Declared | None:
    """What the branch proposes now; a file that can't be read proposes nothing."""
    if commit is None:
        return None
    git.fetch(f"+{ref}:refs/remotes/{git.remote}/{ref.removeprefix('refs/heads/')}")
    try:
        said = declared_in(git.tree(commit), environment)
    except Failure:
        return None
    return said if isinstance(said, Declared) else None


def _commit(world: World, wanted: Declared) -> str:
    """A commit on main's that changes the deploy file alone."""
    git = world.git
    return git.write_commit(
        git.write_tree(world.commit, {str(path_of(wanted.environment)): text_of(wanted).encode()}),
        parents=[world.commit],
        message=f"Promote {world.spec.model} {wanted.version} to {wanted.environment}\n",
        when=world.now,
    )


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
