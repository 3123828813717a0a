"""Gates that stop less: dropped, or with a bound that moved the easy way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.evaluate import (
    ChampionGate,
    FairnessGate,
    LatencyGate,
    MetricGate,
    RobustnessGate,
    SizeGate,
    SliceGate,
    WeakSlicesGate,
)
from mlops_spec.spec.gates import gate_id, reviewed
from mlops_spec.spec.weakening import changed, dropped, fell, lost, rose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec
    from mlops_spec.spec.evaluate import Gate
    from mlops_spec.spec.weakening import Weakening

    _Bounded = MetricGate | SliceGate | WeakSlicesGate | FairnessGate


def gates(old: Spec, new: Spec) -> Iterator[Weakening]:
    """Compares gates of one id in their order; several of one id are a floor and a ceiling, mostly."""
    for name in dict.fromkeys(map(gate_id, old.gates)):
        before, after = _called(name, old), _called(name, new)
        yield from (each for gate in before for each in _nearest(name, gate, after))


def _called(name: str, spec: Spec) -> list[Gate]:
    return [gate for gate in spec.gates if gate_id(gate) == name]


def _nearest(name: str, gate: Gate, candidates: list[Gate]) -> list[Weakening]:
    """What got weaker against the candidate that keeps most of the gate."""
    found = [[*_compare(f"gates/{name}", gate, candidate)] for candidate in candidates]
    return min(found, key=len) if found else [*dropped(f"gates/{name}")]


def _compare(where: str, old: Gate, new: Gate) -> Iterator[Weakening]:
    weaker = reviewed(new) and not reviewed(old)
    yield from changed(f"{where} on_inconclusive", "block", "review", weaker=weaker)
    match old, new:
        case MetricGate(), MetricGate():
            yield from _bounds(where, old, new)
        case FairnessGate(), FairnessGate():
            yield from _bounds(where, old, new)
        case SliceGate(), SliceGate():
            yield from _bounds(where, old, new)
            yield from fell(f"{where} min_rows", old.min_rows, new.min_rows)
        case WeakSlicesGate(), WeakSlicesGate():
            yield from _bounds(where, old, new)
            yield from rose(f"{where} min_rows", old.min_rows, new.min_rows)
            yield from fell(f"{where} depth", old.depth, new.depth)
            yield from _columns(f"{where} columns", old.weak_slices, new.weak_slices)
        case ChampionGate(), ChampionGate():
            yield from rose(f"{where} margin", old.margin, new.margin)
        case RobustnessGate(), RobustnessGate():
            yield from rose(f"{where} max_drop", old.max_drop, new.max_drop)
            yield from fell(f"{where} rate", old.rate, new.rate)
            yield from _columns(f"{where} columns", old.columns, new.columns)
        case LatencyGate(), LatencyGate():
            yield from rose(where, old.latency.p99, new.latency.p99)
            yield from fell(f"{where} batch", old.latency.batch, new.latency.batch)
        case SizeGate(), SizeGate():
            yield from rose(where, old.size.max, new.size.max)


def _bounds(where: str, old: _Bounded, new: _Bounded) -> Iterator[Weakening]:
    yield from fell(f"{where} min", old.min, new.min)
    yield from rose(f"{where} max", old.max, new.max)
    yield from rose(f"{where} margin", old.margin or 0.0, new.margin or 0.0)


def _columns(where: str, old: list[str] | str, new: list[str] | str) -> Iterator[Weakening]:
    """`all` holds every column."""
    if new != "all":
        yield from lost(where, [old] if isinstance(old, str) else old, new)
