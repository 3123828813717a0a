"""The comparison with a gate's anchor, on the same rows, of a result that its own interval leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mlops_spec.pipeline.measured import options
from mlops_spec.spec.gates.result import Anchored
from mlops_validators import estimate, judge_non_inferior, paired_difference, undecided
from mlops_validators.seeds import with_seeds

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.gates.case import Case, Rival
    from mlops_spec.spec.gates.gate import Gate
    from mlops_spec.spec.gates.result import GateResult
    from mlops_validators import Interval, Measure, Verdict


class Paired(NamedTuple):
    """Candidate less another version, and the rows that it rests on."""

    interval: Interval
    rows: int


def held(case: Case, gate: Gate, told: GateResult, compare: Callable[[np.ndarray], Paired]) -> GateResult:
    """The result; where it is open because the bound lies within its interval, a pass if the anchor holds it.

    `compare` takes the anchor's answers, and raises ValueError where they can't be compared.
    """
    demand = gate.demand(case.spec.evaluate)
    if demand.beside_anchor == (None, None) or not _open(told):
        return told
    anchor = case.anchor(told.id, demand)
    if anchor is None:
        return replace(told, reason=f"{told.reason}; no version that passed it outright is there to hold it")
    verdict, found = compared(case, anchor, demand.margin or 0.0, bool(demand.better), compare)
    if verdict.verdict != "pass":
        which = anchor.against.version if anchor.against else "the anchor"
        return replace(told, anchor=found, reason=f"{told.reason}; nor does {which} hold it: {verdict.reason}")
    assert found is not None  # nothing passes uncompared
    reason = f"{told.reason}; held by {found.version}, which passed it outright: {verdict.reason}"
    return replace(told, verdict="pass", rows_needed=None, anchor=found, reason=reason)


def _open(told: GateResult) -> bool:
    if told.verdict != "inconclusive" or told.bound is None or told.low is None or told.high is None:
        return False
    bound = told.bound.value
    return told.low < bound <= told.high if told.bound.op == ">=" else told.low <= bound < told.high


def compared(
    case: Case, other: Rival, margin: float, better: bool, compare: Callable[[np.ndarray], Paired]
) -> tuple[Verdict, Anchored | None]:
    """Whether the candidate is no more than `margin` worse than a version, and by what comparison."""
    try:
        if other.score is None:
            return undecided(other.reason), None
        if other.score.shape != case.answers.score.shape:
            raise ValueError(f"it answers with shape {other.score.shape}, this model with {case.answers.score.shape}")
        found, rows = compare(other.score)
    except ValueError as error:
        return undecided(str(error)), None
    verdict = judge_non_inferior(found, margin, better, rows=rows)
    if not found.known or other.against is None:
        return verdict, None
    against = other.against
    return verdict, Anchored(against.version, against.digest, found.value, found.low, found.high)


def difference(case: Case, measure: Measure, score: np.ndarray, rows: np.ndarray | None = None) -> Paired:
    """Candidate less other answers, on all test rows or some; raises ValueError where the measure is undefined."""
    answers = case.answers if rows is None else case.answers.of(rows)
    other = score if rows is None else score[rows]
    found = paired_difference(measure, answers.truth, answers.score, other, **answers.design, **options(case.spec))
    if case.reseeded:
        found = with_seeds(found, _measured_by_seed(case, measure, rows))
    return Paired(found, len(answers.truth))


def _measured_by_seed(case: Case, measure: Measure, rows: np.ndarray | None) -> list[float]:
    answers = case.answers if rows is None else case.answers.of(rows)
    scores = [answers.score, *(each if rows is None else each[rows] for each in case.reseeded)]
    threshold = case.spec.evaluate.threshold
    return [float(estimate(measure, answers.truth, score, threshold=threshold, **answers.design)) for score in scores]


def seeds_told(case: Case, measure: Measure) -> str:
    """What the seed moves the measure by, in words; nothing where one seed was trained."""
    if not case.reseeded:
        return ""
    values = _measured_by_seed(case, measure, None)
    return f"; over {len(values)} seeds it has a standard deviation of {np.std(values, ddof=1):.2g}, taken in"
