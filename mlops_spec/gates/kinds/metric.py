"""A measure over all test rows must lie, interval and all, on the right side of its bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.on_answers import ALONE, common, damaged
from mlops_spec.gates.attacks.on_forecasts import ON_FORECASTS
from mlops_spec.gates.attacks.on_queries import ON_QUERIES
from mlops_spec.gates.attacks.on_targets import ON_TARGETS
from mlops_spec.gates.case import limit, result
from mlops_spec.gates.kinds.beside import difference, held
from mlops_spec.gates.kinds.kind import Kind, sees_all
from mlops_spec.pipeline.measured import finite, interval_of, measure_named
from mlops_spec.spec.gates import gate_id
from mlops_validators import estimate, judge, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.metric import MetricGate
    from mlops_spec.spec.gates.result import GateResult


def results(case: Case, gate: MetricGate) -> Iterator[GateResult]:
    """One result."""
    name = gate_id(gate)
    try:
        found = interval_of(case.root, case.spec, gate.metric, case.answers)
    except ValueError as error:
        bound = limit(gate.min, gate.max)
        yield result(name, "metric", undecided(str(error)), bound=bound, metric=gate.metric)
        return
    verdict = judge(found, minimum=gate.min, maximum=gate.max, rows=len(case.test))
    bound = limit(gate.min, gate.max, found.value)
    told = result(
        name, "metric", verdict, found, bound, metric=gate.metric, baseline=_baseline_of_champion(case, gate.metric)
    )
    yield held(
        case, gate, told, lambda score: difference(case, measure_named(case.root, case.spec, gate.metric), score)
    )


def _baseline_of_champion(case: Case, metric: str) -> float | None:
    rival = next((rival.score for rival in case.rivals.values() if rival.score is not None), None)
    if rival is None:
        return None
    measure = measure_named(case.root, case.spec, metric)
    try:
        return finite(
            estimate(measure, case.answers.truth, rival, threshold=case.spec.evaluate.threshold, **case.answers.design)
        )
    except ValueError:
        return None


KIND: Kind[MetricGate] = Kind(
    results, (*damaged(ALONE), *ON_TARGETS, *ON_QUERIES, *ON_FORECASTS, *common(ALONE)), sees_all
)
