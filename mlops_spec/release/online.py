"""The ledger checked against the forge: whether its approvals are there, and what pull requests say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.ledger.checkpoint import mentioned
from mlops_spec.ledger.verify import Told, Witness
from mlops_spec.platforms.github.api import pulls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.ledger.record import Approval, Record
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.shapes import Review


def ask_forge(github: GitHub, records: Iterable[Record]) -> Told:
    """Looks at the pull request of each record that names one.

    Raises:
        Failure: the forge doesn't answer (69) or refuses (78).
    """
    witnesses, findings = [], []
    for number, told in _by_pull(records).items():
        note = mentioned(pulls.get(github, number).body or "")
        if note is not None:
            witnesses.append(Witness(f"pull request #{number}", note))
        given = {review.id: review for review in pulls.reviews(github, number)}
        findings += [finding for record in told for finding in _missing(record, number, given)]
    return Told(tuple(witnesses), tuple(findings))


def _by_pull(records: Iterable[Record]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = {}
    for record in records:
        if record.why and record.why.pull_request is not None:
            found.setdefault(record.why.pull_request, []).append(record)
    return found


def _missing(record: Record, number: int, given: dict[int, Review]) -> Iterator[str]:
    for approval in record.who.approvals:
        review = given.get(approval.review_id)
        if review is None:
            yield f"record {record.seq}: #{number} has no review {approval.review_id} by {approval.login}"
        elif not _is_that_approval(review, approval):
            yield f"record {record.seq}: review {approval.review_id} of #{number} is not what {approval.login} approved"


def _is_that_approval(review: Review, approval: Approval) -> bool:
    login = review.user.login if review.user else ""
    return (
        login.lower() == approval.login.lower()
        and review.state in ("APPROVED", "DISMISSED")  # what was dismissed later was given all the same
        and review.commit_id == approval.head_sha
    )
