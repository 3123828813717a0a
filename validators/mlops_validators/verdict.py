"""From an interval to a verdict: pass, fail, or inconclusive; what is unknown never passes.

- pass: the whole interval keeps the bound; with the truth at the bound wrong (1 - confidence) / 2 of the time;
- fail: the whole interval breaks it;
- inconclusive: the bound lies inside, or there are too few rows, or something is not a finite number. It blocks too.

Source: an interval holds the bounds that a test at (1 - confidence) / 2 on either side does not reject (Casella and
Berger, "Statistical Inference", 9.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mlops_validators.interval import Interval

Outcome = Literal["pass", "fail", "inconclusive"]
FEWEST_ROWS = 30  # below it the intervals' coverage is not known


@dataclass(frozen=True)
class Verdict:
    """What a gate says, and why.

    >>> undecided("no rows").verdict
    'inconclusive'
    """

    verdict: Outcome
    reason: str
    rows_needed: int | None = None
    """About how many rows in all would settle an inconclusive verdict, if the value stays what it is."""


def undecided(reason: str, rows_needed: int | None = None) -> Verdict:
    """The verdict when nothing may be concluded: also what a gate makes of a ValueError.

    >>> undecided("too few rows").verdict
    'inconclusive'
    """
    return Verdict("inconclusive", reason, rows_needed)


def judge(
    interval: Interval,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    rows: int,
    min_rows: int = FEWEST_ROWS,
) -> Verdict:
    """Compares an interval with a bound, or two; a value on the bound keeps it.

    Args:
        interval: of the measure.
        minimum: the least value allowed.
        maximum: the greatest value allowed.
        rows: how many the interval rests on.
        min_rows: fewer are inconclusive, and so are fewer than 30 of what informs the measure, such as positives.

    Raises:
        ValueError: no bound, a bound that is no finite number, or a minimum above the maximum.

    >>> from mlops_validators.interval import Interval
    >>> judge(Interval(0.78, 0.76, 0.80, "delong"), minimum=0.75, rows=7500).verdict
    'pass'
    >>> judge(Interval(0.78, 0.76, 0.80, "delong"), minimum=0.77, rows=7500).reason
    '0.77 lies within 0.76 … 0.8; about 22500 more rows would settle it'
    """
    check_bounds(minimum, maximum)
    if few := _too_few(interval, rows, min_rows):
        return few
    if broken := _broken(interval):
        return undecided(broken)
    verdicts = [
        _one_bound(interval, bound, side, rows)
        for bound, side in ((minimum, "min"), (maximum, "max"))
        if bound is not None
    ]
    return min(verdicts, key=lambda verdict: ("fail", "inconclusive", "pass").index(verdict.verdict))


def judge_non_inferior(
    interval: Interval, margin: float, higher_is_better: bool, *, rows: int, min_rows: int = FEWEST_ROWS
) -> Verdict:
    """Whether a candidate is not worse than the champion by `margin` or more.

    Args:
        interval: candidate less champion, of `paired_difference`.
        margin: how much worse is still accepted; 0 or more.
        higher_is_better: of the measure.
        rows: how many the interval rests on.
        min_rows: fewer are inconclusive.

    Raises:
        ValueError: the margin is negative or no finite number.

    Source: the confidence interval approach to non-inferiority, as in ICH E9 (1998), 3.3.2.

    >>> from mlops_validators.interval import Interval
    >>> judge_non_inferior(Interval(0.001, -0.003, 0.005, "delong"), 0.005, True, rows=7500).verdict
    'pass'
    """
    if not (isfinite(margin) and margin >= 0):
        raise ValueError(f"`margin` is {margin}; it must be 0 or more")
    if interval.known and interval.low == interval.high == 0 and not _too_few(interval, rows, min_rows):
        return Verdict("pass", "candidate and champion answer alike on every row; are they the same model?")
    if higher_is_better:
        return judge(interval, minimum=-margin, rows=rows, min_rows=min_rows)
    return judge(interval, maximum=margin, rows=rows, min_rows=min_rows)


def check_bounds(minimum: float | None, maximum: float | None) -> None:
    """That there is a bound, each a finite number, and something can pass.

    Raises:
        ValueError: it is not so.

    >>> check_bounds(0.5, None)
    """
    given = [bound for bound in (minimum, maximum) if bound is not None]
    if not given:
        raise ValueError("a gate needs a `minimum` or a `maximum`; without one it cannot fail")
    if not all(isfinite(bound) for bound in given):
        raise ValueError("a bound must be a finite number")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise ValueError(f"`minimum` {minimum} is above `maximum` {maximum}: nothing can pass")


def _too_few(interval: Interval, rows: int, min_rows: int) -> Verdict | None:
    if rows < min_rows:
        return undecided(f"{rows} rows, at least {min_rows} are needed", min_rows)
    fewest, found = min(min_rows, FEWEST_ROWS), interval.informing
    if found is None or found >= fewest:
        return None
    return undecided(
        f"{found} {interval.of}, at least {fewest} are needed", ceil(rows * fewest / found) if found else None
    )


def _broken(interval: Interval) -> str:
    if not isfinite(interval.value):
        return f"the value is {interval.value}"
    if interval.doubt:
        return interval.doubt
    if not interval.known:
        return f"the interval {interval.low} … {interval.high} is unknown: too many resamples have no value"
    if interval.low == interval.high:
        return "the interval has no width: the rows show no variation to judge by"
    return ""


def _one_bound(interval: Interval, bound: float, side: str, rows: int) -> Verdict:
    shown = f"{interval.low:.4g} … {interval.high:.4g}"
    kept, broken = (
        (interval.low >= bound, interval.high < bound)
        if side == "min"
        else (interval.high <= bound, interval.low > bound)
    )
    sign = "≥" if side == "min" else "≤"
    if kept:
        return Verdict("pass", f"{shown} {sign} {bound:.4g}")
    if broken:
        return Verdict("fail", f"{shown} is not {sign} {bound:.4g}")
    needed = rows_to_settle(interval, bound, rows)
    more = (
        f"; about {needed - rows} more rows would settle it"
        if needed
        else "; the value is too near to it to be settled"
    )
    return undecided(f"{bound:.4g} lies within {shown}{more}", needed)


def rows_to_settle(interval: Interval, bound: float, rows: int) -> int | None:
    """Rows in all at which the interval, whose width goes with 1/sqrt(rows), would no longer hold the bound.

    >>> from mlops_validators.interval import Interval
    >>> rows_to_settle(Interval(0.78, 0.76, 0.80, "delong"), 0.77, 1000)
    4000
    """
    distance = abs(interval.value - bound)
    reach = interval.value - interval.low if bound < interval.value else interval.high - interval.value
    if distance == 0 or reach <= 0 or not isfinite(needed := rows * (reach / distance) ** 2) or needed > 1e12:
        return None
    return max(ceil(round(needed, 6)), rows + 1)
