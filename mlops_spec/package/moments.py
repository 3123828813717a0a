"""Times in UTC, as data files, training and requests all have them, wherever they were written.

One rule from the data file to a request: ISO 8601, at least a year, kept to the microsecond (what is finer is cut off).
A time without an offset is taken for UTC. Beside others that have one it can't be: nobody knows which of them is first.
"""

from __future__ import annotations

import pandas as pd

from mlops_spec.regex import regex

DTYPE = pd.DatetimeTZDtype("us", "UTC")
EXAMPLE = "a time of ISO 8601, such as 2024-12-31 or 2024-12-31T08:30:00+01:00"
# Only after a time of day: the last two digits of a date such as 2024-03-06 are no offset.
_ZONE = regex(r"\d[Tt ]\s*\d.*(?:[Zz]|[+-]\d\d(?::?\d\d)?)\s*$")
# pandas takes `now` and `today` for times, and beside a text with nanoseconds it loses years that those can't reach.
_DATED = regex(r"\s*\d{4}")
_FINER = regex(r"(\.\d{6})\d+")


def parsed(values: pd.Series) -> pd.Series:
    """ISO 8601 texts and times as moments; what is none becomes NaT, numbers among it."""
    if values.dtype.kind == "M":
        known = values if values.dt.tz is not None else values.dt.tz_localize("UTC")
        moved: pd.Series = known.dt.as_unit("us").dt.tz_convert("UTC")
        return moved
    if values.dtype.kind in "iufb":
        return pd.Series(pd.NaT, index=values.index, dtype=DTYPE)
    texts = pd.Series(list(map(_dated, values)), index=values.index, name=values.name, dtype=object)
    return pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True).dt.as_unit("us")


def unzoned(values: pd.Series) -> pd.Series:
    """Which times have no offset where others of the column have one."""
    if values.dtype.kind in "iufbM":
        return pd.Series(data=False, index=values.index)
    present = values.notna()
    zoned = pd.Series([_ZONE.search(str(value)) is not None for value in values], index=values.index, dtype=bool)
    return present & ~zoned if zoned.any() else zoned


def _dated(value: object) -> str | None:
    text = str(value)
    if isinstance(value, int | float) or _DATED.match(text) is None:
        return None
    return _FINER.sub(r"\1", text) if "." in text else text
