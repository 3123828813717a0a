"""A measure must not drop by more than a bound when the inputs are perturbed: paired, on the same rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.attack import Attack, Blow
from mlops_spec.gates.attacks.on_answers import Setting, common, damaged
from mlops_spec.gates.case import Perturbed, result
from mlops_spec.gates.kinds.kind import Kind, sees_all
from mlops_spec.pipeline.measured import measure_named, options
from mlops_spec.spec.gates import gate_id
from mlops_spec.spec.gates.result import Limit
from mlops_validators import Interval, Verdict, judge, paired_difference, undecided
from mlops_validators.verdict import FEWEST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.result import GateResult
    from mlops_spec.spec.gates.robustness import RobustnessGate


def results(case: Case, gate: RobustnessGate) -> Iterator[GateResult]:
    """One result; its value is the drop: how much worse the measure is on the perturbed rows."""
    name, bound = gate_id(gate), Limit("<=", gate.max_drop)
    asked = next(asked for asked in case.perturbed if asked.gate is gate)
    if asked.score is None:
        yield result(name, "robustness", undecided(asked.reason), bound=bound, metric=gate.metric)
        return
    try:
        drop = _paired_drop(case, gate.metric, asked.score)
    except ValueError as error:
        yield result(name, "robustness", undecided(str(error)), bound=bound, metric=gate.metric)
        return
    if drop.low == drop.high == drop.value == 0 and len(case.test) >= FEWEST_ROWS:
        verdict = Verdict("pass", "the answers are the same: this model does not depend on what was perturbed")
    else:
        verdict = judge(drop, maximum=gate.max_drop, rows=len(case.test))
    yield result(name, "robustness", verdict, drop, bound, metric=gate.metric)


def _paired_drop(case: Case, metric: str, score: np.ndarray) -> Interval:
    answers = case.answers
    measure = measure_named(case.root, case.spec, metric)
    one, two = (answers.score, score) if measure.higher_is_better else (score, answers.score)
    return paired_difference(measure, answers.truth, one, two, **answers.design, **options(case.spec))


def _perturbed(case: Case, gate: RobustnessGate, score: np.ndarray) -> Case:
    return replace(case, perturbed=(Perturbed(gate, score),))


def _beside_own_answers(case: Case, gate: RobustnessGate) -> Case:
    return _perturbed(case, gate, case.answers.score)


def _nothing_perturbed(case: Case, gate: RobustnessGate) -> Iterator[Blow[RobustnessGate]]:
    yield Blow(replace(case, perturbed=(Perturbed(gate, None, "its columns can't be perturbed"),)), gate)


_SETTING = Setting(_beside_own_answers, _perturbed)
KIND: Kind[RobustnessGate] = Kind(
    results, (*damaged(_SETTING), Attack("nothing perturbed", _nothing_perturbed), *common(_SETTING)), sees_all
)
