"""The columns of a table, from all of its rows, and those with another value in each row."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES = 64 << 20  # read whole, in about a second
_FRACTION = regex(r"-?\d*\.\d+")


class Columns(NamedTuple):
    """The names in the header, and those of columns that could name a row."""

    names: list[str]
    distinct: list[str]


def columns(file: Path) -> Columns | None:
    """The columns of a CSV file in UTF-8; None where it is none that can be read, or too large to look at."""
    if file.suffix != ".csv" or not file.is_file() or file.stat().st_size > _MAX_BYTES:
        return None
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.reader(opened)
            names = next(rows, [])
            seen: list[set[str] | None] = [set() for _ in names]
            for row in rows:
                for index, value in enumerate(row[: len(names)]):
                    seen[index] = _with_value(seen[index], value)
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    return Columns(names, [name for name, values in zip(names, seen, strict=True) if name and values])


def _with_value(values: set[str] | None, value: str) -> set[str] | None:
    """The values with one more; None for good when it repeats, is missing, or is a measure."""
    if values is None or not value or value in values or _FRACTION.fullmatch(value):
        return None
    values.add(value)
    return values
