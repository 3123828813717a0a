"""A trial of a pull request that a maintainer starts: which commit it is of, and what became of it, as a status.

The commit is the head as it was when the trial was asked for: what its author pushes later is not what somebody let in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import pulls, statuses

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.shapes import PullRequest

CONTEXT = "Train and gate"  # what the ruleset of main asks for
_CHECKS = ".github/"  # workflows, the actions of this repository, and who owns what
Result = Literal["success", "failure", "cancelled", "skipped"]


class Begun(NamedTuple):
    """The commit that is tried, and the one that it is compared with."""

    head: str
    base: str


def begin(github: GitHub, number: int, *, link: str = "") -> Begun:
    """Pins the head of an open pull request, and says of that commit that its trial is on.

    Raises:
        Failure: it is closed (2), it comes from a fork and changes what its own checks are (1), the forge doesn't
            answer (69), or the token may not set a status (78).
    """
    pull = pulls.get(github, number)
    if pull.state != "open":
        raise Failure(f"pull request {number} is closed", remedy="Name one that is open.")
    if pull.head.repo is None or pull.head.repo != pull.base.repo:
        _must_leave_workflows(github, pull)
    statuses.create(github, pull.head.sha, statuses.Given(CONTEXT, "pending", "a maintainer has it tried", link))
    return Begun(pull.head.sha, pull.base.sha)


def _must_leave_workflows(github: GitHub, pull: PullRequest) -> None:
    """A fork's checks are what its workflows say: where it writes them itself, they say nothing."""
    changed = pulls.files(github, pull.number)
    names = {name for each in changed for name in (each.filename, each.previous_filename) if name}
    own = sorted(name for name in names if name.startswith(_CHECKS))
    remedy = "Read it, and propose its commits from a branch of this repository."
    if own:
        said = f"pull request {pull.number} comes from a fork and changes {own[0]}: its checks are its author's word"
        raise Failure(said, exit_code=Exit.FINDINGS, remedy=remedy)
    if pull.changed_files is None or pull.changed_files > len(changed):
        said = f"pull request {pull.number} changes more files than the forge shows: {len(changed)} of them"
        raise Failure(said, exit_code=Exit.FINDINGS, remedy=remedy)


def end(github: GitHub, commit: str, result: Result, *, link: str = "") -> bool:
    """Says of the commit what became of its trial; returns whether it passed."""
    passed = result == "success"
    said = "it trained, and its gates passed" if passed else f"its training ended as {result}"
    statuses.create(github, commit, statuses.Given(CONTEXT, "success" if passed else "failure", said, link))
    return passed
