"""The gates that a spec declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.gates.kinds import champion, fairness, latency, metric, robustness, slices, weak_slices
from mlops_spec.spec.gates.champion import ChampionGate
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.gates.latency import LatencyGate
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.gates.robustness import RobustnessGate
from mlops_spec.spec.gates.size import SizeGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.gates.weak_slices import WeakSlicesGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.judgement import GateResult
    from mlops_spec.spec.gates.gate import Gate


def results_of(case: Case, gate: Gate) -> Iterator[GateResult]:
    """What a gate says of a case: one result, or first that of a column and then its values'."""
    match gate:
        case MetricGate():
            yield from metric.results(case, gate)
        case ChampionGate():
            yield from champion.results(case, gate)
        case SliceGate():
            yield from slices.results(case, gate)
        case WeakSlicesGate():
            yield from weak_slices.results(case, gate)
        case FairnessGate():
            yield from fairness.results(case, gate)
        case RobustnessGate():
            yield from robustness.results(case, gate)
        case LatencyGate():
            yield from latency.latency(case, gate)
        case SizeGate():
            yield from latency.size(case, gate)
