"""Moments, as which every time is compared and kept: in UTC, wherever it was written.

A time without an offset is taken for UTC. Beside others that have one it can't be: nobody knows which of them is first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

_DTYPE = pd.DatetimeTZDtype("us", "UTC")
_ZONE = r"\d\d:?\d\d.*(?:[Zz]|[+-]\d\d(?::?\d\d)?)\s*$"
_SHOWN = 5


def parsed(values: pd.Series) -> pd.Series:
    """ISO 8601 texts and times as moments; what is none becomes NaT, numbers among it."""
    if values.dtype.kind == "M":
        known = values if values.dt.tz is not None else values.dt.tz_localize("UTC")
        moved: pd.Series = known.dt.as_unit("us").dt.tz_convert("UTC")
        return moved
    if values.dtype.kind in "iufb":
        return pd.Series(pd.NaT, index=values.index, dtype=_DTYPE)
    texts = values.astype("str").where(values.notna())
    return pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True).dt.as_unit("us")


def unzoned(values: pd.Series) -> pd.Series:
    """Which times have no offset where others of the column have one."""
    if values.dtype.kind in "iufbM":
        return pd.Series(data=False, index=values.index)
    present = values.notna()
    zoned = values.astype("str").str.contains(_ZONE, na=False) & present
    return ~zoned & present if zoned.any() else ~present & present


def moments(column: pd.Series) -> pd.Series:
    """A column by which rows are ordered in time: as moments, or numbers as they are.

    Raises Failure, with the first rows, for texts that are no ISO 8601 times, and for offsets that only some rows have.
    """
    if column.dtype.kind in "iuf":
        return column
    found = parsed(column)
    if (wrong := found.isna()).any():
        first = str(column[wrong].iloc[0])
        _refuse(column, f"{first!r} is no time of ISO 8601, such as 2024-12-31 or 2024-12-31T08:30:00+01:00", wrong)
    if (wrong := unzoned(column)).any():
        _refuse(column, "has no offset from UTC where other rows have one", wrong)
    return found


def _refuse(column: pd.Series, what: str, wrong: pd.Series) -> None:
    rows: Sequence[int] = [place for place, bad in enumerate(wrong) if bad]
    first = ", ".join(f"{row + 1:,}" for row in rows[:_SHOWN]) + ", …" * (len(rows) > _SHOWN)
    raise Failure(
        f"data.split.column `{column.name}`: {what}, in {len(rows):,} row{'s' * (len(rows) > 1)}: {first}",
        exit_code=Exit.FINDINGS,
        remedy="Write all times alike, as ISO 8601 has them, with an offset or all without.",
    )
