"""The kinds of gates that a spec declares, as they are judged and drilled: the registry, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.gates.kinds import (
    champion,
    fairness,
    latency,
    metric,
    robustness,
    size,
    slices,
    weak_slices,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.kinds.kind import Kind
    from mlops_spec.spec.gates.gate import Gate
    from mlops_spec.spec.gates.result import GateResult

KINDS: dict[str, Kind[Any]] = {
    "metric": metric.KIND,
    "champion": champion.KIND,
    "slice": slices.KIND,
    "weak_slices": weak_slices.KIND,
    "fairness": fairness.KIND,
    "robustness": robustness.KIND,
    "latency": latency.KIND,
    "size": size.KIND,
}


def results_of(case: Case, gate: Gate) -> Iterator[GateResult]:
    """What a gate says of a case: one result, or first that of a column and then its values'."""
    yield from KINDS[gate.kind].results(case, gate)
