"""The column that orders rows in time, for a split by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.moments import EXAMPLE, parsed, unzoned

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_SHOWN = 5


def moments(column: pd.Series) -> pd.Series:
    """A column by which rows are ordered in time: as moments, or numbers as they are.

    Raises Failure, with the first rows, for texts that are no ISO 8601 times, and for offsets that only some rows have.
    """
    if column.dtype.kind in "iuf":
        return column
    found = parsed(column)
    if (wrong := found.isna()).any():
        first = str(column[wrong].iloc[0])
        _refuse(column, f"{first!r} is no {EXAMPLE.removeprefix('a ')}", wrong)
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
