"""The verdict of a report, computed from its numbers and from what main declares, not copied from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.integrity.demands import waived
from mlops_spec.integrity.judgement import Given, close, pair, problems
from mlops_spec.integrity.verdicts import allowed
from mlops_spec.spec.gates import kind_called
from mlops_spec.spec.gates.verdicts import worst
from mlops_spec.spec.measures import may_accept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from mlops_spec.integrity.anchor import Past
    from mlops_spec.package.problem import Problem
    from mlops_spec.review.report import Report
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.demand import Demand, Op
    from mlops_spec.spec.gates.result import GateResult, Outcome

_TOLD_ELSEWHERE = ("bound", "verdict", "waived_until", "")  # by words of their own
_NO_MATTER = ("baseline",)  # told, but the verdict does not rest on it


@dataclass(frozen=True)
class Trusted:
    """What the reader knows from main: its spec, the day, the environments that by the ledger never had a version.

    `past` are the versions of the ledger, where it was read.
    """

    spec: Spec
    today: str  # YYYY-MM-DD
    never_deployed: Collection[str]
    past: Sequence[Past] | None = None

    @property
    def on_sample(self) -> bool:
        """Whether pull requests train on a sample, which shows little."""
        return self.spec.storage is not None and self.spec.storage.pull_requests == "sample"


@dataclass(frozen=True)
class Recomputed:
    """A gate with the bound of main and the verdict by it, whether it stops the change, and what else to know."""

    gate: GateResult
    bound: tuple[Op, float] | None
    verdict: Outcome
    blocks: bool
    notes: tuple[str, ...] = ()
    waits: bool = False
    """Whether an approver's word may let it through."""


@dataclass(frozen=True)
class Review:
    """All gates of a report, those that main declares and the report lacks, and the verdict over all.

    `doubts` are what else in it does not hold.
    """

    gates: tuple[Recomputed, ...]
    missing: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    """Whose word counts for gates that wait for one."""

    @property
    def verdict(self) -> Outcome:
        """A pass only where there are gates, nothing blocks or waits, and all holds; a gate that is gone has failed."""
        verdicts = {gate.verdict for gate in self.gates if gate.blocks or gate.waits}
        if "fail" in verdicts or self.missing:
            return "fail"
        return "inconclusive" if verdicts or self.doubts or not self.gates else "pass"


def review(report: Report, main: Trusted) -> Review:
    """The report's gates judged anew by what main declares."""
    given = Given(rows=report.rows, today=main.today, against=report.against, past=main.past)
    found = list(problems(main.spec, report.gates, given))
    paired, missing, _ = pair(main.spec, report.gates)
    demanded = {id(gate): demand for demand, gate in paired}
    gates = []
    for place, gate in enumerate(report.gates):
        demand = demanded.get(id(gate))
        if demand is None:
            gates.append(_undemanded(gate, again=gate.id in {other.id for other in report.gates[:place]}))
        else:
            own = [problem for problem in found if problem.gate == gate.id]
            gates.append(_recomputed(gate, demand, report, main, own))
    doubts = tuple(str(problem) for problem in found if not problem.gate)
    return Review(tuple(gates), tuple(demand.id for demand in missing), doubts, tuple(may_accept(main.spec)))


def _undemanded(gate: GateResult, *, again: bool) -> Recomputed:
    verdict: Outcome = "inconclusive" if gate.verdict == "pass" else gate.verdict
    note = "stands twice" if again else "not on main: its bound is this change's own"
    return Recomputed(gate, None, verdict, blocks=again or gate.verdict != "pass", notes=(note,))


def _recomputed(
    gate: GateResult, demand: Demand, report: Report, main: Trusted, found: Sequence[Problem]
) -> Recomputed:
    told = {f"{problem.name} {problem.said}": problem.name for problem in found if problem.name not in _TOLD_ELSEWHERE}
    wrong = [words for words, name in told.items() if name not in _NO_MATTER]
    wrong += [*_unlike_the_measures(gate, demand, report), *_turned_bound(gate, demand)]
    computed = _best_allowed_verdict(gate, demand, report, main)
    # The run may be stricter, when rows are too few or slices many; more lenient it may not be.
    verdict = worst([gate.verdict, computed, _by_its_own_bound(gate), "inconclusive" if wrong else "pass"])
    ends = [end for end in waived(main.spec, gate.id, demand.id) if end >= main.today]
    notes = [*_waiving(gate, ends)] if verdict != "pass" else []
    if gate.verdict == "pass" and computed != "pass":
        notes.append("the report says pass, its numbers do not by main's bound")
    notes += [*dict.fromkeys([*wrong, *told]), *_other_bound(gate, demand)]
    # what the run says of a sample does not count: main says whether pull requests train on one
    unshown = main.on_sample and kind_called(gate.kind).of_rows
    notes += ["on a sample"] if unshown else []
    blocks = verdict != "pass" and not ends and not unshown
    waits = blocks and demand.review and verdict == gate.verdict == "inconclusive" and not wrong
    notes += ["waits for an approver's word"] if waits else []
    return Recomputed(gate, demand.bound(gate.value), verdict, blocks and not waits, tuple(notes), waits)


def _best_allowed_verdict(gate: GateResult, demand: Demand, report: Report, main: Trusted) -> Outcome:
    if demand.environment is not None and gate.value is None:
        silent = gate.bound is None and gate.low is None and gate.high is None
        return "pass" if silent and demand.environment in main.never_deployed else "inconclusive"
    right = allowed(demand, gate, report.rows)
    return "pass" if "pass" in right else "inconclusive" if right == {"inconclusive"} else worst(right)


def _by_its_own_bound(gate: GateResult) -> Outcome:
    if gate.bound is None or gate.low is None or gate.high is None:
        return "pass"  # it was judged by its lack of a champion
    limit = gate.bound.value
    match gate.bound.op:
        case "=":
            return "pass" if gate.low == gate.high == limit else "fail"
        case "<=":
            return "pass" if gate.high <= limit else "fail" if gate.low > limit else _open(gate)
        case _:
            return "pass" if gate.low >= limit else "fail" if gate.high < limit else _open(gate)


def _open(gate: GateResult) -> Outcome:
    """Where its own interval decides nothing, an anchor may: what that is worth main's margin says."""
    return "inconclusive" if gate.anchor is None else "pass"


def _turned_bound(gate: GateResult, demand: Demand) -> Iterator[str]:
    right = demand.bound(gate.value)
    if gate.value is not None and gate.bound is None:
        yield "the report holds it against nothing"
    elif gate.bound is not None and right is not None and gate.bound.op != right[0]:
        yield "the report turns its bound around"


def _waiving(gate: GateResult, ends: Sequence[str]) -> Iterator[str]:
    if ends:
        yield f"waived until {max(ends)}"
    elif gate.waived_until:
        yield "waived by this change, not by main"


def _other_bound(gate: GateResult, demand: Demand) -> Iterator[str]:
    right = demand.bound(gate.value)
    if gate.bound is not None and (gate.bound.op, gate.bound.value) != right:
        yield f"this change holds it against {gate.bound.op} {gate.bound.value:g}"


def _unlike_the_measures(gate: GateResult, demand: Demand, report: Report) -> Iterator[str]:
    of_measure = kind_called(demand.kind).of_measure
    measured = report.measures.get(demand.metric or "") if of_measure else None
    if measured is None:
        return
    for name in ("value", "low", "high"):
        mine, other = getattr(gate, name), getattr(measured, name)
        if other is not None and not close(mine, other):
            yield f"{name} is not the one among the measures, {other:g}"
