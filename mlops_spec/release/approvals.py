"""Who approved a promotion: reviews of the pull request that changed the deploy file, judged against the spec."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import refuse
from mlops_spec.ledger.record import Approval
from mlops_spec.platforms.github.api import approvals, people, pulls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.shapes import PullRequest, Review
    from mlops_spec.spec import Spec

REPORT = "promotion-report"  # kind of the evidence: the pull request's text, as its approvers read it


@dataclass(frozen=True)
class Approved:
    """The pull request that was merged, and the approvals that count."""

    pull_request: int
    title: str
    author: str | None
    approvals: tuple[Approval, ...]


def approved(github: GitHub, commit: str, spec: Spec, environment: str, changes: Sequence[str]) -> Approved:
    """The approvals of the pull request that `commit` merged; `changes` are the commits whose authors may not approve.

    Raises:
        Failure: there is no such pull request, somebody wants changes, or too few may approve (exit 1).
    """
    pull = merged_by(github, commit, spec.branch)
    if pull is None:
        refuse(f"commit {commit[:12]} was not merged by a pull request", "`mlops-spec promote open` opens one")
    reviews = pulls.reviews(github, pull.number)
    refusing = approvals.wanted_changes(reviews)
    if refusing:
        refuse(f"#{pull.number}: {', '.join(refusing)} asked for changes")
    wanted = spec.environments[environment].promote
    nobody = barred(github, pull, changes if spec.governance.separation_of_duties else ())
    counted = approvals.counted(reviews, head_sha=pull.head.sha, nobody_of=nobody)
    allowed = wanted.approvers or spec.owners
    fitting = [review for review in counted if review.user and people.is_named(github, review.user.login, allowed)]
    if len(fitting) < wanted.approvals:
        refuse(
            f"#{pull.number} has {len(fitting)} of {wanted.approvals} approvals of {pull.head.sha[:12]}",
            f"{', '.join(allowed)} may approve its last commit, but not {', '.join(sorted(nobody)) or 'a bot'}",
        )
    evidence = report_digest(pull.body or "")
    given = tuple(approval_of(review, pull, evidence) for review in fitting)
    return Approved(pull.number, pull.title, pull.user.login if pull.user else None, given)


def report_digest(body: str) -> str:
    """The digest of a pull request's text; what a browser does to line ends does not change it."""
    lines = [line.rstrip() for line in body.replace("\r\n", "\n").strip().split("\n")]
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def merged_by(github: GitHub, commit: str, branch: str) -> PullRequest | None:
    """The pull request into `branch` that a commit of it merged, or None."""
    for found in pulls.of_commit(github, commit):
        pull = pulls.get(github, found.number)
        if pull.merged and pull.base.ref == branch and pull.merge_commit_sha == commit:
            return pull
    return None


def barred(github: GitHub, pull: PullRequest, changes: Sequence[str]) -> set[str]:
    """Logins that may not approve: the pull request's author, its committers, and whoever wrote what it brings out."""
    accounts = [pull.user]
    for commit in pulls.commits(github, pull.number):
        accounts += [commit.author]
    for change in changes:
        accounts += [found.user for found in pulls.of_commit(github, change)]
    return {account.login for account in accounts if account is not None}


def approval_of(review: Review, pull: PullRequest, evidence: str | None = None) -> Approval:
    """A review as the ledger has it; `evidence` is the digest of what the approver read, where that is kept."""
    assert review.user is not None
    if review.submitted_at is None:
        refuse(f"review {review.id} of #{pull.number} has no time")
    return Approval(
        login=review.user.login,
        id=review.user.id,
        kind="human",
        head_sha=pull.head.sha,
        at=review.submitted_at,
        review_id=review.id,
        evidence=evidence,
    )
