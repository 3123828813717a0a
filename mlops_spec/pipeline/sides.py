"""The choice of the test rows: by a hash that new rows do not change, by time, by group or by a column."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.contents import contents
from mlops_spec.pipeline.origins import folds_of
from mlops_spec.pipeline.steps import steps_of
from mlops_spec.pipeline.times import moments

if TYPE_CHECKING:
    from mlops_spec.spec.data import Data, Split

_SPACE = 2.0**64


def in_test(data: Data, rows: pd.DataFrame) -> pd.Series:
    """Tells row by row whether it is a test row.

    A `hash` or `group` split asks only what the row itself holds, so that it never changes sides when others come or
    go. By `hash` rows that differ in nothing but name and target share a place, and so a side: placed each by its own
    name, one of them at least would be drawn for the test more often the more of them there are.
    """
    return in_test_of(data, rows, places(data, rows))


def in_test_of(data: Data, rows: pd.DataFrame, found: pd.Series | None) -> pd.Series:
    """The same of known places, see `places`."""
    split = data.split
    if found is not None:
        return _drawn(found, split)
    column = _column(split, rows)
    if split.horizon is not None:
        return pd.Series(folds_of(data, steps_of(column, str(data.frequency))) >= 0, index=rows.index)
    return _newest(moments(column), split.test) if split.by == "time" else _named(column)


def places(data: Data, rows: pd.DataFrame) -> pd.Series | None:
    """What a split draws by: a number for each row's content, or its group; None where nothing is drawn."""
    match data.split.by:
        case "hash":
            return contents(data, rows)
        case "group":
            return _column(data.split, rows)
        case _:
            return None


def evened(split: Split, found: pd.Series) -> pd.Series:
    """For few that hold most rows: in the order of their places, each goes to test if that brings the share nearer."""
    sizes, names = found.value_counts(), found.drop_duplicates()
    wanted, taken, chosen = split.test * len(found), 0, []
    for name in names[_hash_places(names, split.salt).sort_values().index]:
        if abs(taken + sizes[name] - wanted) < abs(taken - wanted):
            taken += sizes[name]
            chosen.append(name)
    return found.isin(chosen)


def _drawn(names: pd.Series, split: Split) -> pd.Series:
    return _hash_places(names, split.salt) < split.test


def _hash_places(names: pd.Series, salt: str) -> pd.Series:
    """Each name's place in [0, 1): the first 8 bytes of SHA-256 of salt and name."""
    distinct = {name: _place(salt, str(name)) for name in names.unique()}
    return names.map(distinct).astype("float64")


def _place(salt: str, name: str) -> float:
    return int.from_bytes(hashlib.sha256(f"{salt}\0{name}".encode()).digest()[:8]) / _SPACE


def _newest(times: pd.Series, share: float) -> pd.Series:
    """The newest rows; those of one moment stay together, where they bring the share nearer to what was asked for."""
    ordered = times.sort_values()
    cut = ordered.iloc[int((1 - share) * len(times))]
    later = ordered[ordered > cut]
    more, less = (ordered >= cut).mean() - share, share - len(later) / len(times)
    newer: pd.Series = times > cut if len(later) and less < more else times >= cut
    return newer


def _named(sides: pd.Series) -> pd.Series:
    others = sorted(set(sides.astype(str)) - {"train", "test"})
    if others:
        raise Failure(
            f"data.split.column `{sides.name}` holds {', '.join(others[:5])}; it must say `train` or `test`",
            exit_code=Exit.FINDINGS,
        )
    return sides == "test"


def _column(split: Split, rows: pd.DataFrame) -> pd.Series:
    if split.column is None:
        raise Failure(f"data.split.by: {split.by} needs `data.split.column`")
    found = rows[split.column]
    if found.isna().any():
        raise Failure(
            f"data.split.column `{split.column}` is missing in {int(found.isna().sum()):,} rows",
            exit_code=Exit.FINDINGS,
        )
    return found
