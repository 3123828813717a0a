"""What a spec demands: which gates there must be, what each measures, and the bounds it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.spec.base import seconds, size_in_bytes
from mlops_spec.spec.evaluate import (
    ChampionGate,
    FairnessGate,
    LatencyGate,
    MetricGate,
    RobustnessGate,
    SizeGate,
    SliceGate,
    WeakSlicesGate,
    gate_kind,
)
from mlops_spec.spec.gates import ALWAYS, gate_id, higher_is_better, reviewed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec
    from mlops_spec.spec.evaluate import Gate

FEWEST_ROWS = 30  # below it no interval is judged
Op = Literal[">=", "<=", "="]


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One gate: its value must be at least `least`, at most `most`, or, where `none`, 0."""

    id: str
    kind: str
    metric: str | None = None
    least: float | None = None
    most: float | None = None
    none: bool = False
    column: str | None = None  # of a slice gate
    min_rows: int = FEWEST_ROWS
    environment: str | None = None  # of a champion gate
    margin: float | None = None  # how much worse than the anchor it may be
    better: bool | None = None  # whether higher is
    review: bool = False  # whether what is inconclusive waits for an approver's word

    @property
    def beside_anchor(self) -> tuple[float | None, float | None]:
        """The least and the greatest that it may differ from its anchor by; two times None where no anchor holds it."""
        if self.margin is None or self.better is None:
            return None, None
        return (-self.margin, None) if self.better else (None, self.margin)

    def bound(self, value: float | None) -> tuple[Op, float] | None:
        """What a value is held against: of two bounds the one that it breaks, else the lower one."""
        if self.none:
            return "=", 0.0
        if self.most is not None and (self.least is None or (value is not None and value > self.most)):
            return "<=", self.most
        return None if self.least is None else (">=", self.least)


def demands(spec: Spec) -> tuple[Demand, ...]:
    """Those of every model, then those of the spec, in its order."""
    return (*_always(), *(demand_of(spec, gate) for gate in spec.gates))


def _always() -> Iterator[Demand]:
    for name in ALWAYS:
        yield Demand(id=name, kind=name.partition("/")[0], none=True)


def demand_of(spec: Spec, gate: Gate) -> Demand:
    """What one gate of a spec demands."""
    fields: dict[str, Any]
    match gate:
        case MetricGate() | WeakSlicesGate():
            fields = {"metric": gate.metric, "least": gate.min, "most": gate.max}
            fields |= {"margin": gate.margin, "better": higher_is_better(spec, gate.metric)}
        case SliceGate():
            fields = {"metric": gate.metric, "least": gate.min, "most": gate.max}
            fields |= {"margin": gate.margin, "better": higher_is_better(spec, gate.metric)}
            fields |= {"column": gate.slice, "min_rows": gate.min_rows}
        case FairnessGate():
            fields = {"metric": gate.fairness, "least": gate.min, "most": gate.max}
            fields |= {"margin": gate.margin, "better": False if gate.fairness.endswith("_difference") else None}
        case ChampionGate():
            better = higher_is_better(spec, gate.metric)
            side = {} if better is None else {"least": -gate.margin} if better else {"most": gate.margin}
            fields = {"metric": gate.metric, "environment": gate.champion, **side}
            fields |= {"margin": gate.margin, "better": better}
        case RobustnessGate():
            fields = {"metric": gate.metric, "most": gate.max_drop}
        case LatencyGate():
            fields = {"metric": "p99", "most": 1000 * seconds(gate.latency.p99)}
        case SizeGate():
            fields = {"metric": "bytes", "most": float(size_in_bytes(gate.size.max))}
    return Demand(id=gate_id(gate), kind=gate_kind(gate), review=reviewed(gate), **fields)


def waived(spec: Spec, *names: str) -> list[str]:
    """The last days of the waivers of a gate, under any of its names."""
    return [waiver.expires for waiver in spec.governance.waivers if waiver.gate in names]
