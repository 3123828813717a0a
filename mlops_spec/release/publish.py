"""Publishing a change of one deploy file: a branch of its own, one commit, one pull request that is kept up to date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.git import Update
from mlops_spec.platforms.github.api import pulls
from mlops_spec.platforms.github.api.bodies import fitting
from mlops_spec.release.approvals import REPORT, report_digest
from mlops_spec.release.declared import Declared, Document, declared_in, text_of
from mlops_spec.system.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.git import Git
    from mlops_spec.ledger.record import Evidence
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.shapes import PullRequest
    from mlops_spec.release.world import World

_REST = "The release commit's folder `release` has the evidence, `mlops-spec audit export DIR` the records."


@dataclass(frozen=True)
class Proposal:
    """The pull request that brings a version, or why there is none to open."""

    environment: str
    version: str
    pull_request: int | None
    url: str | None
    message: str


@dataclass(frozen=True)
class Letter:
    """What a pull request says, the branch it comes from, and what else the decision rests on."""

    branch: str
    title: str
    body: str
    evidence: tuple[Evidence, ...] = ()


def publish(
    world: World,
    github: GitHub,
    wanted: Declared,
    told: Letter,
    *,
    stays: Callable[[Declared], bool] = lambda _: False,
) -> Proposal:
    """Opens the pull request, or brings the open one up to date.

    One that proposes the same is left alone, since it may be approved already; so is one that `stays` tells to keep.
    What a killed run left is made whole: a branch without a pull request, or one whose text is not the file's evidence.

    Raises:
        Failure: the remote or the forge doesn't answer (69) or refuses (78).
    """
    told = replace(told, body=fitting(told.body, _REST))  # what is approved is what GitHub shows
    git, environment, version = world.git, wanted.environment, wanted.version or ""
    ref = f"refs/heads/{told.branch}"
    old = git.remote_refs(ref).get(ref)
    proposed = _proposed(git, ref, old, environment)
    open_pulls = pulls.of_branch(github, told.branch, base=git.main)
    same = proposed is not None and _same(proposed, wanted) and _main_still_declares(world, environment, old)
    if open_pulls and proposed and (stays(proposed) or (same and _text_is_named(open_pulls[0], proposed))):
        said = f"#{open_pulls[0].number} proposes {proposed.version} already"
        return Proposal(environment, version, open_pulls[0].number, open_pulls[0].html_url, said)
    documents = [Document(kind=REPORT, digest=report_digest(told.body))]
    documents += [Document(kind=each.kind, digest=each.digest) for each in told.evidence]
    commit = _commit_deploy_file(world, wanted.model_copy(update={"evidence": documents}), told.title)
    if commit != old:
        git.push(Update(ref, commit, old))
    if open_pulls:
        pull = pulls.update(github, open_pulls[0].number, title=told.title, body=told.body)
        return Proposal(environment, version, pull.number, pull.html_url, f"#{pull.number} brought up to date")
    pull = pulls.create(github, title=told.title, head=told.branch, base=git.main, body=told.body)
    return Proposal(environment, version, pull.number, pull.html_url, f"#{pull.number} opened")


def _same(one: Declared, other: Declared) -> bool:
    keys = ("version", "digest", "serial", "base_digest")
    return one.version is not None and all(getattr(one, key) == getattr(other, key) for key in keys)


def _main_still_declares(world: World, environment: str, commit: str | None) -> bool:
    base = world.git.text("merge-base", commit or "", world.commit)
    path = world.place.deploy(environment)
    then, now = world.git.read_objects([f"{base}:{path}", f"{world.commit}:{path}"])
    return then == now


def _text_is_named(pull: PullRequest, proposed: Declared) -> bool:
    named = [document.digest for document in proposed.evidence if document.kind == REPORT]
    return named == [report_digest(pull.body or "")]


def _proposed(git: Git, ref: str, commit: str | None, environment: str) -> Declared | None:
    if commit is None:
        return None
    git.fetch(f"+{ref}:refs/remotes/{git.remote}/{ref.removeprefix('refs/heads/')}")
    try:
        said = declared_in(git.here(commit), environment)
    except Failure as failure:
        if unanswered(failure):
            raise
        return None
    return said if isinstance(said, Declared) else None


def _commit_deploy_file(world: World, wanted: Declared, title: str) -> str:
    git = world.git
    return git.write_commit(
        git.write_tree(world.commit, {str(world.place.deploy(wanted.environment)): text_of(wanted).encode()}),
        parents=[world.commit],
        message=f"{title}\n",
        when=world.now,
    )
