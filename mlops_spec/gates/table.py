"""The gates as a table: with colour on a terminal, aligned plain text when piped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from mlops_spec.spec.gates import kind_called
from mlops_spec.words.terminal import terminal

if TYPE_CHECKING:
    from mlops_spec.gates.judgement import Judged
    from mlops_spec.spec.gates.result import GateResult

_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "=": "="}
_COLOURS = {"pass": "green", "fail": "bold red", "inconclusive": "yellow"}
_HEADER = ("gate", "value", "interval", "bound")
_COUNTED = {"contract": "violation", "leak": "row", "leak/near": "row", "leak/target": "column"}


def show(judged: Judged, note: str = "") -> None:
    """Prints the table to stdout, its columns aligned, its reasons as long as they are, and a note below it."""
    console = terminal()
    console.print(headline(judged, _COLOURS[judged.verdict]))
    console.print()
    console.print(Text("\n").join(lines(judged)))
    if closing := summary(judged):
        console.print(f"\n{closing}", markup=False)
    if note:
        console.print(f"\n{note}", markup=False)


def lines(judged: Judged) -> list[Text]:
    """The header and a line for each gate."""
    cells = [_HEADER, *((label(gate), value(gate), interval(gate), bound(gate)) for gate in rows(judged))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADER))]
    last = [Text("verdict"), *map(verdict, rows(judged))]
    return [_aligned(row, widths).append_text(end) for row, end in zip(cells, last, strict=True)]


def _aligned(row: tuple[str, ...], widths: list[int]) -> Text:
    name, amount, *rest = zip(row, widths, strict=True)
    cells = [name[0].ljust(name[1]), amount[0].rjust(amount[1]), *(cell.ljust(width) for cell, width in rest)]
    return Text("  " + "  ".join(cells) + "  ")


def headline(judged: Judged, colour: str = "") -> Text:
    """`credit-default · 7,479 test rows · against production v1.4.0 · FAIL`."""
    against = f" · against {judged.against.environment} {judged.against.version}" if judged.against else ""
    text = Text(f"{judged.model} · {judged.rows:,} test rows{against} · ")
    return text.append(judged.verdict.upper(), style=colour)


def rows(judged: Judged) -> list[GateResult]:
    """The results to show: a column's slices one by one, and its overall result only when it has none."""
    split = {gate.id.removesuffix(f"/{gate.slice}") for gate in judged.gates if gate.slice is not None}
    return [gate for gate in judged.gates if gate.slice is not None or gate.id not in split]


def label(gate: GateResult) -> str:
    """How a person names the gate."""
    return kind_called(gate.kind).label(gate)


def value(gate: GateResult) -> str:
    """The value in its unit."""
    if gate.value is None:
        return "–"
    if gate.id in _COUNTED:
        count = int(gate.value)
        return f"{count:,} {_COUNTED[gate.id]}{'s' * (count != 1)}"
    return number(gate, gate.value)


def interval(gate: GateResult) -> str:
    """Both ends, unless the value is exact."""
    if gate.low is None or gate.high is None or gate.low == gate.high:
        return ""
    return f"{number(gate, gate.low)} … {number(gate, gate.high)}"


def bound(gate: GateResult) -> str:
    """What the value is held against."""
    return "" if gate.bound is None else f"{_SIGNS[gate.bound.op]} {number(gate, gate.bound.value)}"


def verdict(gate: GateResult) -> Text:
    """The verdict; with its reason, unless it is a plain pass of a real comparison."""
    text = Text(gate.verdict, style=_COLOURS[gate.verdict])
    if gate.verdict != "pass" or kind_called(gate.kind).tells(gate):
        text.append(f" · {gate.reason}", style="default")
    if gate.waived_until:
        text.append(f" · waived until {gate.waived_until}", style="cyan")
    if gate.review:
        text.append(" · waits for an approver's word", style="cyan")
    if gate.on_sample:
        text.append(" · on a sample", style="cyan")
    return text


def number(gate: GateResult, amount: float) -> str:
    """A number as its kind is written: signed differences, milliseconds, bytes."""
    return kind_called(gate.kind).number(amount)


def summary(judged: Judged) -> str:
    """What stops a release, what waits for a word, and what to do about it; nothing when nothing does."""
    return "\n".join(filter(None, (_stopping(judged), _waiting(judged))))


def _waiting(judged: Judged) -> str:
    waiting = list(dict.fromkeys(gate.id.removesuffix(f"/{gate.slice}") for gate in rows(judged) if gate.review))
    if not waiting:
        return ""
    return (
        f"Of an owner or approver the release needs a word for {', '.join(waiting)}: an approving review of the pull "
        f"request with a line `accept {waiting[0]}: reason`."
    )


def _stopping(judged: Judged) -> str:
    blocking = Counter(gate.verdict for gate in rows(judged) if gate.blocks)
    if not blocking:
        return ""
    counts = ", ".join(
        f"{count} {name}"
        for name, count in (("failed", blocking["fail"]), ("inconclusive", blocking["inconclusive"]))
        if count
    )
    if not blocking["inconclusive"]:
        return f"{counts}."
    return (
        f"{counts}. An inconclusive gate blocks; gather rows, widen the slice, or waive it with an owner and an expiry."
    )
