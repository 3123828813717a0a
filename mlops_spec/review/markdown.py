"""The report in Markdown: one verdict line, one table, and the rest folded; of at most 60,000 bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec.gates.table import bound, interval, label, value
from mlops_spec.release.card import cost, simple
from mlops_spec.release.card.brier import told
from mlops_spec.spec.gates import kind_called
from mlops_spec.spec.gates.result import GateResult, Limit
from mlops_spec.words.markdown import block, code, html_code, prose
from mlops_spec.words.value import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlops_spec.review.recompute import Recomputed, Review
    from mlops_spec.review.report import Drill, Measured, Report, SimpleModel

MAX_BYTES = 60_000
_MOST_GATES = 60
_SIGNS = {"pass": "✅", "fail": "❌", "inconclusive": "⚠️"}
_CURVES = {
    "roc": "ROC: false positive rate → true positive rate",
    "calibration": "Calibration: predicted probability → observed share",
    "ndcg": "NDCG: first k rows of each query → NDCG at k",
}


def as_markdown(report: Report, review: Review, *more: str) -> str:
    """Verdict and gates, then the folded parts, then `more`; what does not fit is left out, and that is said."""
    head = "\n\n".join(_head(report, review))
    parts = [*more, *_folded(report)]
    body, left_out = head, 0
    for part in parts:
        if len((body + part).encode()) > MAX_BYTES - 200:
            left_out += 1
        else:
            body += f"\n\n{part}"
    if left_out:
        body += f"\n\n{left_out} more parts do not fit here: they are in the run's artifact `report`."
    return body + "\n"


def headline(report: Report, review: Review) -> str:
    """`credit-default: ✅ pass · 7,384 test rows · against production v1.4.0`."""
    if report.failure:
        return f"{prose(report.model)}: ❌ {prose(report.failure)}"
    against = f" · against {prose(report.against.environment)} {report.against.version}" if report.against else ""
    return f"{prose(report.model)}: {_SIGNS[review.verdict]} {review.verdict} · {report.rows:,} test rows{against}"


def _head(report: Report, review: Review) -> Iterator[str]:
    yield f"### {headline(report, review)}"
    if report.failure:
        return
    gates = _shown_gates(review.gates)
    yield _table(("gate", "value", "interval", "bound", "champion", "verdict"), map(_row, gates[:_MOST_GATES]))
    if len(gates) > _MOST_GATES:
        yield f"{len(gates) - _MOST_GATES} more gates are in the run's artifact `report`."
    if review.missing:
        yield f"❌ main declares gates that this report lacks: {', '.join(map(prose, review.missing))}"
    if review.doubts:
        yield f"❌ The report does not hold together: {'; '.join(map(prose, review.doubts))}"
    if report.drill:
        yield _drilled(report.drill)
    if simple.not_ahead(report.simple_model):
        yield f"⚠️ {simple.told(report.simple_model, prose)}"
    if waiting := dict.fromkeys(each.gate.id.removesuffix(f"/{each.gate.slice}") for each in gates if each.waits):
        yield _word_to_write(waiting, review.approvers)
    if any(gate.verdict == "inconclusive" and gate.blocks for gate in review.gates):
        yield "An inconclusive gate blocks: gather rows, widen the slice, or waive it with an owner and an expiry."


def _word_to_write(waiting: Iterable[str], approvers: Sequence[str]) -> str:
    lines = "\n".join(f"accept {gate}: why it may be released all the same" for gate in waiting)
    return (
        "What is inconclusive here stops no merge, but is released on an approver's word alone: of "
        f"{', '.join(map(prose, approvers))} one who wrote none of this change approves its last commit with\n\n"
        f"{block(lines)}"
    )


def _drilled(drill: Drill) -> str:
    if not drill.passed:
        return f"Drill: the gates stopped all of {drill.attacks:,} attacks."
    passed = ", ".join(f"{prose(one.gate)} lets pass {prose(one.attack)}" for one in drill.passed)
    return f"❌ Drill: of {drill.attacks:,} attacks on the gates some were not stopped: {passed}"


def _shown_gates(gates: Sequence[Recomputed]) -> list[Recomputed]:
    split = {one.gate.id.removesuffix(f"/{one.gate.slice}") for one in gates if one.gate.slice is not None}
    kept = [one for one in gates if one.gate.slice is not None or one.gate.id not in split]
    return sorted(kept, key=lambda one: (not one.blocks, not one.waits))


def _row(one: Recomputed) -> tuple[str, ...]:
    gate = _with_mains_bound(one)
    baseline = "" if gate.baseline is None else plain(gate.baseline)
    rows = f" · about {gate.rows_needed:,} rows would settle it" if gate.rows_needed else ""
    notes = "".join(f" · {prose(note)}" for note in one.notes)
    notes = f"{_against_anchor(gate)}{notes}"
    part = kind_called(gate.kind).part(gate)
    found = f" · worst is {prose(part)}" if part else ""
    verdict = f"{_SIGNS[one.verdict]} {one.verdict}{rows}{found}{notes}"
    return prose(label(gate)), value(gate), interval(gate), bound(gate), baseline, verdict


def _against_anchor(gate: GateResult) -> str:
    if gate.anchor is None:
        return ""
    how = "beside" if kind_called(gate.kind).of_two or gate.verdict != "pass" else "held by"
    ends = f"{plain(gate.anchor.low)} … {plain(gate.anchor.high)}".replace("-", "−")
    return f" · {how} {gate.anchor.version}: {ends}"


def _with_mains_bound(one: Recomputed) -> GateResult:
    return replace(one.gate, bound=None if one.bound is None else Limit(*one.bound))


def _folded(report: Report) -> Iterator[str]:
    if blamed := [gate for gate in report.gates if gate.reason and gate.verdict != "pass"]:
        yield _fold(
            "Reasons, in the run's own words",
            _table(("gate", "reason"), ((prose(gate.id), code(gate.reason)) for gate in blamed)),
        )
    if report.measures:
        parts = [_measures(report), told(report.calibration), simple.told(report.simple_model, prose)]
        yield _fold("Measures", "\n\n".join(filter(None, parts)))
    if report.cost:
        yield _fold("Cost: threshold → cost of a decision", f"{cost.told(report.cost)}\n\n{_chart(report.cost.curve)}")
    for column in dict.fromkeys(part.column for part in report.slices):
        yield _fold(f"By {html_code(column)}", _slices(report, column))
    for name, title in _CURVES.items():
        if heights := report.curves.get(name):
            yield _fold(title, _chart(heights, f"1 --> {len(heights)}" if name == "ndcg" else "0 --> 1"))


def _measures(report: Report) -> str:
    beside = report.simple_model
    header = ("measure", "value", "interval", *simple.header(beside))
    rows = (
        (prose(name), *_value_and_interval(found), *_simpler(beside, name)) for name, found in report.measures.items()
    )
    return _table(header, rows)


def _simpler(beside: SimpleModel | None, name: str) -> tuple[str, ...]:
    if beside is None or beside.kind is None:
        return ()
    one = beside.measures.get(name)
    return tuple(
        "–" if value is None else plain(value) for value in ((one.linear, one.constant) if one else (None, None))
    )


def _slices(report: Report, column: str) -> str:
    parts = [part for part in report.slices if part.column == column]
    names = list(dict.fromkeys(name for part in parts for name in part.measures))
    rows = (
        (
            prose(part.value),
            f"{part.rows:,}",
            *(_numbers(part.measures[name])[0] if name in part.measures else "" for name in names),
        )
        for part in parts
    )
    return _table(("value", "rows", *map(prose, names)), rows)


def _chart(heights: list[float], across: str = "0 --> 1") -> str:
    line = ", ".join(f"{height:.4f}" for height in heights)
    ends = f"{min(0, *heights):g} --> {max(1, *heights):g}"
    return f"```mermaid\nxychart-beta\n  x-axis {across}\n  y-axis {ends}\n  line [{line}]\n```"


def _value_and_interval(found: Measured) -> tuple[str, str]:
    amount, ends = _numbers(found)
    return amount, ends or (code(found.reason) if found.reason else "")


def _numbers(found: Measured) -> tuple[str, str]:
    ends = "" if found.low is None or found.high is None else f"{plain(found.low)} … {plain(found.high)}"
    return "–" if found.value is None else plain(found.value), ends


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _fold(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
