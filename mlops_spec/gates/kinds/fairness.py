"""A disparity between the groups of a protected attribute must stay within its bound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.gates.attacks.attack import Attack, Blow, answering
from mlops_spec.gates.attacks.on_answers import ALONE, too_few, unusable
from mlops_spec.gates.case import column, limit, result
from mlops_spec.gates.kinds.beside import Paired, held
from mlops_spec.gates.kinds.kind import Kind
from mlops_spec.spec.gates import gate_id
from mlops_spec.spec.tasks import TASKS
from mlops_validators import judge, undecided
from mlops_validators.arrays import probabilities
from mlops_validators.categories import categories, crossed
from mlops_validators.fairness import RATES, Groups, count_groups, disparity_interval
from mlops_validators.fairness_change import disparity_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.fairness import FairnessGate
    from mlops_spec.spec.gates.result import GateResult

# The rates that a disparity compares, as its definition has them.
_COMPARED = {
    "demographic_parity": ("selection rate",),
    "equal_opportunity": ("true positive rate",),
    "equalized_odds": ("true positive rate", "false positive rate"),
    "predictive_parity": ("precision",),
}


def results(case: Case, gate: FairnessGate) -> Iterator[GateResult]:
    """One result; its reason says between whom the rates lie apart."""
    name = gate_id(gate)
    if case.answers.score.ndim != 1 or not TASKS[case.spec.task].has("fairness"):
        yield result(name, "fairness", undecided("a disparity is of a binary task"), metric=gate.fairness)
        return
    try:
        columns = [column(case, attribute).to_numpy() for attribute in gate.attributes]
        labels = _labels(case, case.answers.score)
        by = columns[0] if len(columns) == 1 else columns
        drawn = {"clusters": case.answers.groups, "weights": case.answers.weights}
        groups = count_groups(case.answers.truth, labels, by, **drawn)
        found = disparity_interval(gate.fairness, groups, confidence=case.spec.evaluate.confidence)
        verdict = judge(found, minimum=gate.min, maximum=gate.max, rows=groups.rows(gate.fairness))
    except ValueError as error:
        yield result(name, "fairness", undecided(str(error)), bound=limit(gate.min, gate.max), metric=gate.fairness)
        return
    told = result(name, "fairness", verdict, found, limit(gate.min, gate.max, found.value), metric=gate.fairness)
    told = told if verdict.verdict == "pass" else _with_widest_rate(told, groups)

    def moved(score: np.ndarray) -> Paired:
        pair = (labels, _labels(case, score))
        confidence = case.spec.evaluate.confidence
        change = disparity_change(gate.fairness, case.answers.truth, pair, by, confidence=confidence, **drawn)
        return Paired(change, groups.rows(gate.fairness))

    yield held(case, gate, told, moved)


def _labels(case: Case, score: np.ndarray) -> np.ndarray:
    return (probabilities("y_score", score) >= case.spec.evaluate.threshold).astype(int)


def _with_widest_rate(told: GateResult, groups: Groups) -> GateResult:
    compared = [RATES.index(rate) for rate in _COMPARED[(told.metric or "").rpartition("_")[0]]]
    rates = groups.rates[:, compared]
    widest = int((rates.max(axis=0) - rates.min(axis=0)).argmax())
    least, most = int(rates[:, widest].argmin()), int(rates[:, widest].argmax())
    apart = ", ".join(f"{groups.names[group]} {rates[group, widest]:.2f}" for group in (least, most))
    return replace(told, reason=f"{told.reason}; {RATES[compared[widest]]}: {apart}")


def _threshold_shifted(case: Case, gate: FairnessGate) -> Iterator[Blow[FairnessGate]]:
    if case.answers.score.ndim != 1:
        return
    columns = [case.test[name].to_numpy() for name in gate.attributes]
    groups = categories(columns[0]) if len(columns) == 1 else crossed(columns)
    for code, name in enumerate(groups.names):
        rows = groups.codes == code
        told = case.answers.score[~rows] >= case.spec.evaluate.threshold
        score = case.answers.score.astype(np.float64, copy=True)
        score[rows] = 1.0 if not told.size or told.mean() < 0.5 else 0.0
        yield Blow(answering(case, score), gate, f"{'+'.join(gate.attributes)}={name}")


def _weaknesses(case: Case, gate: FairnessGate) -> Iterator[tuple[str, str]]:
    groups = {tuple(row) for row in case.test[gate.attributes].astype(str).to_numpy()}
    if len(groups) < 2:
        one = zip(gate.attributes, next(iter(groups), ()), strict=False)
        shown = ", ".join(f"{name}={value}" for name, value in one)
        yield "constant attribute", f"all test rows have {shown}: there is nobody to compare"
    if told := _alike_at_threshold(case):
        yield "nobody told apart", told


def _alike_at_threshold(case: Case) -> str:
    threshold, score = case.spec.evaluate.threshold, case.answers.score
    if score.ndim != 1 or not len(score):
        return ""
    selected = int(np.count_nonzero(score >= threshold))
    few, what = min((selected, "reach"), (len(score) - selected, "are below"))
    enough = max(_FEWEST, _SHARE * len(score))
    return (
        f"{few:,} of {len(score):,} rows {what} the threshold {threshold:g}: all groups fare alike"
        if few < enough
        else ""
    )


_FEWEST, _SHARE = 10, 0.005  # of all rows on either side of a threshold
KIND: Kind[FairnessGate] = Kind(
    results,
    (Attack("one group's threshold shifted", _threshold_shifted), unusable(ALONE), too_few(ALONE)),
    _weaknesses,
)
