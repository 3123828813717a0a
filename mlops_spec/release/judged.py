"""The record of a judgement that stops a release: which gates, of which package, made from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.errors import Failure
from mlops_spec.release.entry import failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlops_spec.git import Git
    from mlops_spec.ledger import Draft, Head, Record
    from mlops_spec.ledger.record import GateResult
    from mlops_spec.release.candidate import Candidate


def record_judgement(git: Git, candidate: Candidate) -> tuple[Record, bool]:
    """Puts the judgement on record, once: the record, and whether it is new. No version comes of it, and no tag.

    Raises:
        Failure: nothing stops the candidate (exit 2), the remote doesn't answer (69) or refuses (78).
    """
    if not candidate.blocking:
        raise Failure("all gates let it through: there is no failure to record", remedy="`mlops-spec register` it")
    draft, known = failure(candidate), None

    def decide(end: Head) -> Draft | None:
        nonlocal known
        records = ledger.read(git, at=end.commit) if end.commit else ()
        known = judged_before(records, draft)
        return None if known else draft

    record = ledger.append_when(git, decide, now=candidate.now)
    if record is not None:
        return record, True
    assert known is not None
    return known, False


def judged_before(records: Sequence[Record], draft: Draft) -> Record | None:
    """The record that says the same of the same package, made from the same."""
    return next((old for old in records if (old.what, old.from_what) == (draft.what, draft.from_what)), None)


def named(gates: Iterable[GateResult]) -> str:
    """Gates with their verdicts."""
    return ", ".join(f"{gate.id} ({gate.verdict})" for gate in gates)
