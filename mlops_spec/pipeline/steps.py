"""The place of each row in time, counted in steps of `data.frequency`, and what of a table's times are no such steps.

Steps of a day and longer may be an hour off, as a day is where clocks are set forward or back; a month is one whatever
day of it is written. Both are told in UTC, as all times are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.package.moments import EXAMPLE, parsed, unzoned
from mlops_spec.pipeline.violation import SHOWN, Violation
from mlops_spec.spec.cadence import amount, by_calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec.data import Data

_DAY, _HOUR = 86_400, 3600  # seconds
_NOON = pd.Timedelta(hours=12)  # a month's first midnight, wherever on earth, is twelve hours later in that month
_FEWEST = 0.5  # of the steps between a series' first and last row that must be there


def steps_of(times: pd.Series, frequency: str) -> np.ndarray:
    """The step of each time, whole numbers (n,) whose zero means nothing; the distance of two is what counts.

    Whole numbers are years. Raises ValueError for what is no time, or lies between two steps.
    """
    told, wrong = _told(times, frequency)
    if wrong.any():
        raise ValueError(f"{int(wrong.sum()):,} times of `{times.name}` are no steps of {frequency}")
    return told


def keys_of(data: Data, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The code of each row's series, in the order of their names, and its step, both (n,)."""
    series = np.zeros(len(rows), dtype=np.intp)
    if data.series is not None:
        codes, found = pd.factorize(rows[data.series], use_na_sentinel=False)  # text only of each series, not each row
        series = np.unique(pd.Series(found).astype(str).to_numpy(dtype=object), return_inverse=True)[1][codes]
    return series, steps_of(rows[str(data.time)], str(data.frequency))


def violations(data: Data, rows: pd.DataFrame) -> Iterator[Violation]:
    """What keeps rows from being series: times that are none, between two steps, twice, or mostly missing."""
    time, frequency = str(data.time), str(data.frequency)
    for name in filter(None, (data.time, data.series)):
        if (gaps := rows[name].isna()).any():
            yield _said(name, "missing", gaps)
            return
    if (wrong := unzoned(rows[time])).any():
        yield _said(time, "has no offset from UTC where other rows have one", wrong)
        return
    steps, between = _told(rows[time], frequency)
    if between.any():
        what = (
            f"no step of {frequency} from the first time on"
            if parsed(rows[time]).notna().any()
            else f"no {EXAMPLE.removeprefix('a ')}"
        )
        yield _said(time, what, between)
        return
    series = rows[data.series].astype(str) if data.series else pd.Series("", index=rows.index)
    placed = pd.DataFrame({"series": series.to_numpy(), "step": steps}, index=rows.index)
    if (again := placed.duplicated(keep=False)).any():
        yield _said(
            time, f"two rows of one {'series' if data.series else 'time'}{_of_clocks(rows[time], frequency)}", again
        )
        return
    yield from _gaps(placed, data)


def _gaps(placed: pd.DataFrame, data: Data) -> Iterator[Violation]:
    each = placed.groupby("series", sort=True)["step"].agg(["min", "max", "count"])
    if each.empty:
        return
    share = each["count"].sum() / (each["max"] - each["min"] + 1).sum()
    if share < _FEWEST:
        yield Violation(
            str(data.time),
            f"{1 - share:.0%} of the steps of {data.frequency} are missing between the first and the last row: "
            "rows are further apart than data.frequency says",
        )


def _of_clocks(times: pd.Series, frequency: str) -> str:
    """What repeats times of less than a day where they are written as clocks show them."""
    local = times.dtype.kind != "M" and not times.astype(str).str.contains(r"[Zz]$|[+-]\d\d:?\d\d$", regex=True).any()
    if by_calendar(frequency) or amount(frequency) >= _DAY or not local:
        return ""
    return " (clocks that are set back show an hour twice: write times with their offset from UTC)"


def _told(times: pd.Series, frequency: str) -> tuple[np.ndarray, np.ndarray]:
    """Steps (n,), and which times are none (n,): of each time once, however many series have it."""
    codes, different = pd.factorize(times, use_na_sentinel=False)
    steps, wrong = _told_once(pd.Series(different), frequency)
    return steps[codes], wrong[codes]


def _told_once(times: pd.Series, frequency: str) -> tuple[np.ndarray, np.ndarray]:
    years = times.dtype.kind in "iu"
    if years and not (by_calendar(frequency) and amount(frequency) % 12 == 0):
        return np.zeros(len(times), dtype=np.int64), np.ones(len(times), dtype=bool)
    if years:
        return _whole(times.to_numpy(dtype=np.int64) * 12, amount(frequency), 0)
    moments = parsed(times)
    known = moments.notna().to_numpy()
    if not known.any():
        return np.zeros(len(times), dtype=np.int64), ~known
    filled = moments.fillna(moments.min())
    if by_calendar(frequency):
        day = (filled + _NOON).dt
        steps, off = _whole((day.year * 12 + day.month).to_numpy(dtype=np.int64), amount(frequency), 0)
    else:
        since = (filled - filled.min()) // pd.Timedelta(seconds=1)
        exact = ((filled - filled.min()) % pd.Timedelta(seconds=1) == pd.Timedelta(0)).to_numpy()
        slack = _HOUR if amount(frequency) >= _DAY else 0
        steps, off = _whole(since.to_numpy(dtype=np.int64), amount(frequency), slack)
        off |= ~exact
    return steps, off | ~known


def _whole(places: np.ndarray, size: int, slack: int) -> tuple[np.ndarray, np.ndarray]:
    distance = places - places.min()
    steps = (distance + size // 2) // size
    return steps, np.abs(distance - steps * size) > slack


def _said(where: str, what: str, wrong: pd.Series | np.ndarray) -> Violation:
    rows = np.flatnonzero(np.asarray(wrong))
    return Violation(where, what, tuple(rows[:SHOWN].tolist()), len(rows))
