"""Columns of numbers that a few texts, such as one `?`, turn into columns of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.pipeline.shown import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_MOSTLY = 0.9
_SHOWN = 3


def near_numbers(rows: pd.DataFrame, declared: Collection[str]) -> Iterator[str]:
    """What to say of each column of texts, of which the contract says nothing, nine tenths of which are numbers."""
    below = []
    for name in map(str, rows.columns):
        if name in declared or not pd.api.types.is_string_dtype(rows[name]):
            continue
        others, count = not_numbers(rows[name])
        if len(others) and 1 - len(others) / count >= _MOSTLY:
            yield f"`{name}` is read as text: {said(others, count)}. Mend them, or declare it in data.contract.columns."
            below += [name] * (others.index.tolist() == [rows.index[0]])
    if len(below) > 1:
        yield f"row 1 holds no number in {len(below)} such columns: is it a second header line?"


def not_numbers(values: pd.Series) -> tuple[pd.Series, int]:
    """The texts that are no numbers, and how many values there are."""
    present = values.dropna().astype("str")
    numbers = pd.to_numeric(present, errors="coerce")
    return present[numbers.isna()], len(present)


def said(others: pd.Series, count: int) -> str:
    """Such as ``39 of 40 values are numbers, not `?` (row 8)``."""
    first = others.drop_duplicates()[:_SHOWN]
    places = [f"`{shown(value)}` (row {row + 1:,})" for row, value in zip(first.index.tolist(), first, strict=True)]
    more = ", …" if others.nunique() > _SHOWN else ""
    return f"{count - len(others):,} of {count:,} values are numbers, not {', '.join(places)}{more}"
