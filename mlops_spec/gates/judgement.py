"""The judgement of a candidate: a result for each gate, and the verdict over all of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mlops_spec.integrity.judgement import pair
from mlops_spec.spec.gates import kind_called

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.result import Against, GateResult, Outcome
    from mlops_spec.spec.governance import Waiver

_BLOCKING: tuple[Outcome, ...] = ("fail", "inconclusive")


@dataclass(frozen=True)
class Judged:
    """All gates of one model at one commit, on so many test rows; `seconds`: what each stage took when it last ran."""

    model: str
    commit: str
    rows: int
    against: Against | None
    gates: tuple[GateResult, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> Outcome:
        """The worst of what neither passed nor is waived; a pass only if that is nothing, and there is something."""
        verdicts = {gate.verdict for gate in self.gates if gate.counts}
        if not self.gates:
            return "inconclusive"
        return next((outcome for outcome in _BLOCKING if outcome in verdicts), "pass")

    @property
    def stops(self) -> bool:
        """Whether a release ends here: nothing is judged, or a gate stops it that no approver's word lets through."""
        return not self.gates or any(gate.blocks for gate in self.gates)

    def record(self) -> dict[str, Any]:
        """As `gate.json` has it."""
        return {
            "v": 1,
            "model": self.model,
            "commit": self.commit,
            "rows": self.rows,
            "against": None if self.against is None else asdict(self.against),
            "verdict": self.verdict,
            "gates": [gate.record() for gate in self.gates],
            "seconds": dict(self.seconds),
        }


def waived(results: Sequence[GateResult], waivers: Sequence[Waiver], today: str) -> tuple[GateResult, ...]:
    """The results, those that do not pass marked with their waiver's end; one that ended before `today` counts no more.

    A waiver of a slice gate holds for each of its values.
    """
    ends = {waiver.gate: waiver.expires for waiver in waivers if waiver.expires >= today}

    def mark(result: GateResult) -> GateResult:
        end = ends.get(result.id) or next((ends[name] for name in ends if _is_part(result, name)), None)
        return result if end is None or result.verdict == "pass" else replace(result, waived_until=end)

    return tuple(mark(result) for result in results)


def for_review(spec: Spec, results: Sequence[GateResult]) -> tuple[GateResult, ...]:
    """The results, those marked that are inconclusive, not waived, and of a gate that then waits for a word."""
    waiting = {
        id(found)
        for demand, found in pair(spec, results)[0]
        if demand.review and found.verdict == "inconclusive" and found.waived_until is None
    }
    return tuple(replace(result, review=True) if id(result) in waiting else result for result in results)


def _is_part(result: GateResult, name: str) -> bool:
    return result.kind == "slice" and result.slice is not None and result.id == f"{name}/{result.slice}"


def marked(results: Sequence[GateResult]) -> tuple[GateResult, ...]:
    """The results of a candidate that was trained on the sample: those block that a sample can show."""
    return tuple(replace(each, on_sample=True) if kind_called(each.kind).of_rows else each for each in results)
