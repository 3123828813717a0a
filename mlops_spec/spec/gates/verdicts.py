"""The verdicts on a gate's numbers by its demand: the arithmetic that all kinds of gates share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.gates.demand import FEWEST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.result import Compared, Outcome, Result

_ORDER: tuple[Outcome, ...] = ("fail", "inconclusive", "pass")


def worst(verdicts: Iterable[Outcome]) -> Outcome:
    """A failure before what is inconclusive before a pass; of none, `inconclusive`.

    >>> worst(["pass", "inconclusive"]), worst([])
    ('inconclusive', 'inconclusive')
    """
    return min(verdicts, key=_ORDER.index, default="inconclusive")


def counted(found: Result) -> Outcome:
    """There must be none, and the count is exact."""
    if found.value is None:
        return "inconclusive"
    return "pass" if found.low == found.high == found.value == 0 else "fail"


def exact(demand: Demand, found: Result) -> Outcome:
    """What is counted, against the most that it may be."""
    if found.value is None or demand.most is None or not found.low == found.high == found.value:
        return "inconclusive"
    return "pass" if found.value <= demand.most else "fail"


def unless_alike(demand: Demand, found: Result, rows: int) -> Outcome:
    """Two that answer alike on every row pass without an interval of any width."""
    alike = found.value == found.low == found.high == 0 and rows >= FEWEST_ROWS
    return "pass" if alike else judged(demand, found, rows)


def sides(demand: Demand, found: Result) -> set[Outcome]:
    """The slice that decides stands worst against one of the bounds, which its value need not break."""
    least = [] if demand.least is None else [sided(found, demand.least, None)]
    return {*least, *([] if demand.most is None else [sided(found, None, demand.most)])}


def judged(demand: Demand, found: Result, rows: int | None = None, fewest: int = FEWEST_ROWS) -> Outcome:
    """The interval against the bounds; fewer rows than `fewest` are inconclusive."""
    if rows is not None and rows < fewest:
        return "inconclusive"
    return sided(found, demand.least, demand.most)


def sided(found: Result | Compared, least: float | None, most: float | None) -> Outcome:
    """On which side of the bounds an interval lies; without one it is unknown."""
    low, high = found.low, found.high
    if found.value is None or low is None or high is None or low >= high or (least is None and most is None):
        return "inconclusive"
    verdicts: list[Outcome] = []
    if least is not None:
        verdicts.append("pass" if low >= least else "fail" if high < least else "inconclusive")
    if most is not None:
        verdicts.append("pass" if high <= most else "fail" if low > most else "inconclusive")
    return worst(verdicts)
