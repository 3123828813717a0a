"""What the model card says before any number is known: all that the spec declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.spec.evaluate import (
    ChampionGate,
    CustomMetric,
    FairnessGate,
    LatencyGate,
    MetricGate,
    RobustnessGate,
    SizeGate,
    SliceGate,
    WeakSlicesGate,
)
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.evaluate import Gate

# Hugging Face's names
PIPELINE_TAG = {
    "binary-classification": "tabular-classification",
    "multiclass-classification": "tabular-classification",
    "regression": "tabular-regression",
}
_LIBRARY = {"skops": "sklearn", "onnx": "onnx"}


@dataclass(frozen=True)
class Requirement:
    """One gate in words."""

    what: str
    bound: str


def card(spec: Spec) -> dict[str, object]:
    """The card's values: metadata as Hugging Face reads it, then what a reader wants to know."""
    return {
        "spec": spec,
        "pipeline_tag": PIPELINE_TAG[spec.task],
        "library": _LIBRARY.get(spec.train.format),
        "metrics": metrics(spec),
        "data_file": data_file(spec.data),
        "requirements": [requirement(gate) for gate in spec.gates],
    }


def metrics(spec: Spec) -> tuple[str, ...]:
    """Names of all that is measured: what `evaluate` lists, then what gates add."""
    named = [each.name if isinstance(each, CustomMetric) else each for each in spec.evaluate.metrics]
    gated = [gate.metric for gate in spec.gates if not isinstance(gate, FairnessGate | LatencyGate | SizeGate)]
    return tuple(dict.fromkeys([*named, *gated]))


def requirement(gate: Gate) -> Requirement:  # noqa: PLR0911 - one per kind of gate
    """What a gate demands."""
    match gate:
        case MetricGate():
            return Requirement(gate.metric, _bounds(gate.min, gate.max))
        case ChampionGate():
            what = f"{gate.metric} against the version in {gate.champion}, on the same rows"
            return Requirement(what, f"at most {gate.margin:g} worse")
        case SliceGate():
            return Requirement(f"{gate.metric} in each value of {gate.slice}", _bounds(gate.min, gate.max))
        case WeakSlicesGate():
            columns = "every column" if gate.weak_slices == "all" else ", ".join(gate.weak_slices)
            pairs = ", and in every pair of them" if gate.depth == 2 else ""
            what = f"{gate.metric} in each slice of {gate.min_rows:,} rows or more by {columns}{pairs}"
            return Requirement(what, _bounds(gate.min, gate.max))
        case FairnessGate():
            return Requirement(f"{gate.fairness} by {' and '.join(_listed(gate.by))}", _bounds(gate.min, gate.max))
        case RobustnessGate():
            what = f"drop of {gate.metric} under {gate.robustness} at a rate of {gate.rate:g}"
            return Requirement(f"{what} in {', '.join(_listed(gate.columns))}", f"≤ {gate.max_drop:g}")
        case LatencyGate():
            return Requirement(f"99th percentile of latency, batch of {gate.latency.batch}", f"≤ {gate.latency.p99}")
        case SizeGate():
            return Requirement("size of the package", f"≤ {gate.size.max}")


def _bounds(minimum: float | None, maximum: float | None) -> str:
    bounds = (("≥", minimum), ("≤", maximum))
    return " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)


def _listed(columns: str | list[str]) -> list[str]:
    return [columns] if isinstance(columns, str) else columns
