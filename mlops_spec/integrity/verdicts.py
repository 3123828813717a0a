"""The verdicts that a gate's own numbers allow, by what the spec demands of it; what is unknown never passes.

Not all that decided is in the numbers, such as how many positives there are or rows of a group, so several are allowed:
the one that the numbers give, and `inconclusive`. A pass that the numbers don't give is never among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mlops_spec.integrity.demands import FEWEST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.integrity.demands import Demand
    from mlops_spec.integrity.shapes import Outcome

_ORDER: tuple[Outcome, ...] = ("fail", "inconclusive", "pass")


class Bound(Protocol):
    """What a result says that it was held against."""

    @property
    def op(self) -> str: ...
    @property
    def value(self) -> float: ...


class Against(Protocol):
    """The champion that a judgement says it compared with."""

    @property
    def environment(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def digest(self) -> str: ...


class Anchored(Protocol):
    """A comparison with an anchor: candidate less anchor."""

    @property
    def version(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class Result(Protocol):
    """A gate's result, from a bundle, a report or the ledger."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def metric(self) -> str | None: ...
    @property
    def slice(self) -> str | None: ...
    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def bound(self) -> Bound | None: ...
    @property
    def verdict(self) -> Outcome: ...
    @property
    def waived_until(self) -> str | None: ...
    @property
    def review(self) -> bool | None: ...
    @property
    def baseline(self) -> float | None: ...
    @property
    def anchor(self) -> Anchored | None: ...


def worst(verdicts: Iterable[Outcome]) -> Outcome:
    """A failure before what is inconclusive before a pass; of none, `inconclusive`.

    >>> worst(["pass", "inconclusive"]), worst([])
    ('inconclusive', 'inconclusive')
    """
    return min(verdicts, key=_ORDER.index, default="inconclusive")


def allowed(demand: Demand, found: Result, rows: int, part_rows: int | None = None) -> frozenset[Outcome]:
    """The verdicts that the numbers allow; `rows` of the test, `part_rows` of a slice where they are known."""
    own = _own(demand, found, rows, part_rows)
    if found.anchor is None:
        return own
    beside = _beside(demand, found.anchor)
    if demand.kind == "champion":  # it must be as good as both
        return frozenset(worst((one, other)) for one in own for other in beside)
    held = "inconclusive" in own and "pass" in beside and _sided(found, demand.least, demand.most) == "inconclusive"
    return own | {"pass"} if held else own


def _beside(demand: Demand, anchor: Anchored) -> set[Outcome]:
    """What the comparison with the anchor says; few rows make it inconclusive."""
    alike = anchor.value == anchor.low == anchor.high == 0
    return {"inconclusive", "pass" if alike else _sided(anchor, *demand.beside_anchor)}


def _own(demand: Demand, found: Result, rows: int, part_rows: int | None) -> frozenset[Outcome]:
    right: set[Outcome]
    match demand.kind:
        case "contract" | "leak":
            right = {_counted(found)}
        case "size":
            right = {_exact(demand, found)}
        case "champion" | "robustness":
            right = {_unless_alike(demand, found, rows), "inconclusive"}  # few positives, or one that knows these rows
        case "metric":
            right = {_judged(demand, found, rows), "inconclusive"}
        case "slice":
            right = _slice(demand, found, part_rows)
        case "weak_slices":
            right = {*_sides(demand, found), "inconclusive"}
        case "fairness":
            right = {_judged(demand, found), "inconclusive"}
        case _:
            right = {_judged(demand, found)}
    return frozenset(right)


def _counted(found: Result) -> Outcome:
    if found.value is None:
        return "inconclusive"
    return "pass" if found.low == found.high == found.value == 0 else "fail"


def _exact(demand: Demand, found: Result) -> Outcome:
    if found.value is None or demand.most is None or not found.low == found.high == found.value:
        return "inconclusive"
    return "pass" if found.value <= demand.most else "fail"


def _unless_alike(demand: Demand, found: Result, rows: int) -> Outcome:
    """Two that answer alike on every row pass without an interval of any width."""
    alike = found.value == found.low == found.high == 0 and rows >= FEWEST_ROWS
    return "pass" if alike else _judged(demand, found, rows)


def _slice(demand: Demand, found: Result, rows: int | None) -> set[Outcome]:
    """Few rows, or chance among many slices, make it inconclusive; nothing makes a pass of another."""
    if rows is None:
        return {_judged(demand, found), "inconclusive"}
    own = _judged(demand, found, rows, demand.min_rows)
    return {own, "inconclusive"}


def _sides(demand: Demand, found: Result) -> set[Outcome]:
    """The slice that decides stands worst against one of the bounds, which its value need not break."""
    least = [] if demand.least is None else [_sided(found, demand.least, None)]
    return {*least, *([] if demand.most is None else [_sided(found, None, demand.most)])}


def _judged(demand: Demand, found: Result, rows: int | None = None, fewest: int = FEWEST_ROWS) -> Outcome:
    if rows is not None and rows < fewest:
        return "inconclusive"
    return _sided(found, demand.least, demand.most)


def _sided(found: Result | Anchored, least: float | None, most: float | None) -> Outcome:
    low, high = found.low, found.high
    if found.value is None or low is None or high is None or low >= high or (least is None and most is None):
        return "inconclusive"
    verdicts: list[Outcome] = []
    if least is not None:
        verdicts.append("pass" if low >= least else "fail" if high < least else "inconclusive")
    if most is not None:
        verdicts.append("pass" if high <= most else "fail" if low > most else "inconclusive")
    return worst(verdicts)
