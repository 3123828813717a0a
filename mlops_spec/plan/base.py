"""The base of a plan: the commit that a pull request starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.system.faults import unanswered
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from mlops_spec.git import Git, Tree
    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Before:
    """The base commit's files and its spec; where there is none to compare with, `problem` says why."""

    tree: Tree | None
    spec: Spec | None
    problem: str | None


def before(git: Git, revision: str | None, branch: str) -> Before:
    """The base: `revision`, else where HEAD left `branch` or what the remote calls its default, else HEAD.

    Raises:
        Failure: there is no such commit (exit 78).
    """
    commit = git.commit_id(revision) if revision else branching(git, branch)
    return before_at(git.here(commit)) if commit else Before(None, None, "there is no commit yet")


def before_at(tree: Tree) -> Before:
    """A commit, and the folder in it that the model lies in there, as the base."""
    commit = tree.commit
    if tree.read(model_folder.SPEC) is None:
        return Before(tree, None, f"{commit[:12]} has no {model_folder.SPEC}")
    try:
        return Before(tree, spec_at(tree), None)
    except Failure as invalid:
        if unanswered(invalid):
            raise
        return Before(
            tree, None, f"{model_folder.SPEC} at {commit[:12]} is not valid: {invalid.message.splitlines()[0]}"
        )


def branching(git: Git, branch: str) -> str | None:
    """Where HEAD left the branch that a pull request ends up in; HEAD itself where that can't be told."""
    head = git.resolve("HEAD^{commit}")
    # where a pull request ends up: the first that there is
    targets = ("refs/remotes/origin/HEAD", f"refs/remotes/origin/{branch}", f"refs/heads/{branch}")
    target = next(filter(None, map(git.resolve, targets)), None)
    if head is None or target is None:
        return head
    try:
        return git.text("merge-base", head, target)
    except Failure as failure:
        if unanswered(failure):
            raise
        return head  # no history in common, or a shallow clone's is cut off before it
