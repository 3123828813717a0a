"""The verdict of a report, computed from its numbers and from what main declares, not copied from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlops_spec.spec.base import seconds, size_in_bytes
from mlops_spec.spec.evaluate import ChampionGate, LatencyGate, RobustnessGate, SizeGate
from mlops_spec.spec.gates import ALWAYS, gate_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mlops_spec.review.report import Gate, Report
    from mlops_spec.spec import Spec
    from mlops_spec.spec.evaluate import Gate as Declared

Outcome = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True)
class Trusted:
    """What the reader knows from main: gates with their limits, waivers in force, environments never deployed to."""

    limits: Mapping[str, tuple[float, ...]]
    waivers: Mapping[str, str]
    never_deployed: Collection[str]


@dataclass(frozen=True)
class Recomputed:
    """A gate with the verdict of its numbers, whether it stops the change, and what a reader must know besides."""

    gate: Gate
    verdict: Outcome
    blocks: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Review:
    """All gates of a report, those that main declares and the report lacks, and the verdict over all."""

    gates: tuple[Recomputed, ...]
    missing: tuple[str, ...]

    @property
    def verdict(self) -> Outcome:
        """A pass only when there are gates and nothing blocks; a gate that is gone blocks like one that failed."""
        verdicts = {gate.verdict for gate in self.gates if gate.blocks}
        if "fail" in verdicts or self.missing:
            return "fail"
        return "inconclusive" if verdicts or not self.gates else "pass"


def trusted(spec: Spec, today: str, never_deployed: Collection[str]) -> Trusted:
    """What main's spec says on a day (`YYYY-MM-DD`)."""
    limits: dict[str, tuple[float, ...]] = dict.fromkeys(ALWAYS, (0.0,))
    for gate in spec.gates:
        limits[gate_id(gate)] = tuple(_limits(gate))
    waivers = {waiver.gate: waiver.expires for waiver in spec.governance.waivers if waiver.expires >= today}
    return Trusted(limits, waivers, never_deployed)


def review(report: Report, main: Trusted) -> Review:
    """The report's gates judged anew, and compared with what main declares."""
    gates = tuple(_recomputed(gate, main) for gate in report.gates)
    present = {gate.id for gate in report.gates}
    return Review(gates, tuple(name for name in main.limits if name not in present))


def _recomputed(gate: Gate, main: Trusted) -> Recomputed:
    computed = _computed(gate, main)
    # The run may be stricter, when rows are too few or slices many; more lenient it may not be.
    verdict = gate.verdict if gate.verdict != "pass" else computed
    until = next((main.waivers[name] for name in _names(gate) if name in main.waivers), None)
    notes = () if verdict == "pass" else (*_waiving(gate, until),)
    return Recomputed(gate, verdict, verdict != "pass" and until is None, (*notes, *_limits_on_main(gate, main)))


def _computed(gate: Gate, main: Trusted) -> Outcome:
    if gate.bound is None:
        nothing_live = gate.kind == "champion" and gate.id.split("/")[1:2] in [[name] for name in main.never_deployed]
        return "pass" if nothing_live else "inconclusive"
    if gate.value is None or gate.low is None or gate.high is None or gate.low > gate.high:
        return "inconclusive"
    limit = gate.bound.value
    match gate.bound.op:
        case "=":
            kept, broken = gate.low == gate.high == limit, True
        case "<=":
            kept, broken = gate.high <= limit, gate.low > limit
        case _:
            kept, broken = gate.low >= limit, gate.high < limit
    return "pass" if kept else "fail" if broken else "inconclusive"


def _waiving(gate: Gate, until: str | None) -> Iterator[str]:
    if until is not None:
        yield f"waived until {until}"
    elif gate.waived_until:
        yield "waived by this change, not by main"


def _limits_on_main(gate: Gate, main: Trusted) -> Iterator[str]:
    told = next((main.limits[name] for name in _names(gate) if name in main.limits), None)
    if told is None:
        yield "not on main"
    elif gate.bound and gate.bound.value not in told:
        yield "on main " + " and ".join(f"{limit:g}" for limit in told)


def _names(gate: Gate) -> tuple[str, ...]:
    """The ids under which a gate may stand: its own, and for a slice that of the column's gate."""
    return (gate.id, gate.id.removesuffix(f"/{gate.slice}")) if gate.kind == "slice" and gate.slice else (gate.id,)


def _limits(gate: Declared) -> Iterator[float]:
    match gate:
        case ChampionGate():
            yield from (gate.margin, -gate.margin)
        case RobustnessGate():
            yield gate.max_drop
        case LatencyGate():
            yield 1000 * seconds(gate.latency.p99)
        case SizeGate():
            yield float(size_in_bytes(gate.size.max))
        case _:
            yield from (float(limit) for limit in (gate.min, gate.max) if limit is not None)
