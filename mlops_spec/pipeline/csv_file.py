"""A CSV file as a frame: each column of the type that its values have, or that the contract gives it.

Read by Arrow, which takes no row of another length than the header for one. What it guesses beyond numbers and truth
values (dates, times of day, hexadecimals) stays text.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, NoReturn

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow

from mlops_spec.document.diagnostic import listed
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.foreign_file import read_through
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from mlops_spec.spec.data import Column

# Few words mean "missing": `None` and `NULL` may well be categories.
MISSING = ("", "NA", "NaN", "nan")
_AS_TEXT = {"category", "string", "timestamp"}
_OTHER_DELIMITERS = ";\t|"
_BLOCK = 2**20  # bytes; a longer record takes the file as one block
_WHOLE = r"^\s*[+-]?\d+\s*$"
_SHOWN = 5


def read_csv(path: Path, columns: Mapping[str, Column]) -> pd.DataFrame:
    """All rows; a column that the contract calls text stays text, and a word that it allows is never missing.

    Raises:
        Failure: a row has more or fewer fields than the header, a column has no name or that of another, a quote is
            never closed, or another delimiter than the comma parts the fields.
    """
    text = read_through(path)
    _check_delimiter(path)
    table = _table(path, columns)
    if text.quotes % 2:
        _check_quotes_closed(path, table, ends_with_line=text.ends_with_line)
    again = _reread_as_text(path, table, columns, hexadecimals=text.has_hexadecimals)
    frame: pd.DataFrame = _with_columns_of(table, again).to_pandas(split_blocks=True)
    return frame


def read_texts(path: Path) -> pd.DataFrame:
    """All rows as they are written, with empty text for missing; raises Failure as `read_csv` does."""
    read_through(path)
    names = _header_names(path)
    frame: pd.DataFrame = _read(path, dict.fromkeys(names, pa.string()), (), None).to_pandas()
    return frame


def _table(path: Path, columns: Mapping[str, Column]) -> pa.Table:
    types = {name: pa.string() for name, column in columns.items() if column.type in _AS_TEXT}
    table = _read(path, types, MISSING, None)
    _check_names(path, table.column_names)
    words = {name: {str(value) for value in column.values or ()} for name, column in columns.items()}
    kept = {name: tuple(word for word in MISSING if word not in words[name]) for name in words}
    own = [name for name in table.column_names if len(kept.get(name, MISSING)) < len(MISSING)]
    for name in own:
        table = _with_columns_of(table, _read(path, {name: pa.string()}, kept[name], [name]))
    return table


def _read(path: Path, types: Mapping[str, pa.DataType], missing: Iterable[str], only: list[str] | None) -> pa.Table:
    size = path.stat().st_size
    try:
        return _parsed(path, types, missing, only, block=_BLOCK)
    except pa.ArrowInvalid as error:
        if "Expected" in str(error) and "columns" in str(error):
            _refuse_row_lengths(path)
        if size <= _BLOCK:
            _refuse(path, str(error))
    try:  # one record may be longer than a block
        return _parsed(path, types, missing, only, block=min(size + 1, 2**31 - 1))
    except pa.ArrowInvalid as error:
        _refuse(path, str(error))


def _parsed(
    path: Path, types: Mapping[str, pa.DataType], missing: Iterable[str], only: list[str] | None, block: int
) -> pa.Table:
    return arrow.read_csv(
        regular(path),
        read_options=arrow.ReadOptions(block_size=block),
        parse_options=arrow.ParseOptions(newlines_in_values=True),
        convert_options=arrow.ConvertOptions(
            column_types=types,
            null_values=list(missing),
            strings_can_be_null=bool(missing),
            include_columns=only or [],
            true_values=["True", "TRUE", "true"],
            false_values=["False", "FALSE", "false"],
        ),
    )


def _reread_as_text(
    path: Path, table: pa.Table, columns: Mapping[str, Column], *, hexadecimals: bool
) -> pa.Table | None:
    other, digits = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name in columns and columns[name].type in _AS_TEXT:
            continue
        if hexadecimals if pa.types.is_integer(column.type) else _beyond_64_bits(column):
            digits.append(name)
        elif pa.types.is_temporal(column.type) or pa.types.is_binary(column.type):
            other.append(name)
    if not other and not digits:
        return None
    texts = _read(path, dict.fromkeys([*other, *digits], pa.string()), MISSING, [*other, *digits])
    numbers = [name for name in digits if pa.types.is_integer(table.column(name).type) == _all_whole(texts, name)]
    return texts.drop_columns(numbers) if len(numbers) < texts.num_columns else None


def _beyond_64_bits(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_floating(column.type):
        return False
    largest = pc.max(pc.abs(column)).as_py()
    return largest is not None and largest >= 2.0**63 and largest != float("inf")


def _all_whole(texts: pa.Table, name: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts.column(name), _WHOLE)).as_py())


def _with_columns_of(table: pa.Table, other: pa.Table | None) -> pa.Table:
    if other is not None:
        for name, column in zip(other.column_names, other.columns, strict=True):
            table = table.set_column(table.column_names.index(name), name, column)
    for place, field in enumerate(table.schema):
        if pa.types.is_null(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.float64()))
    return table


def _header_names(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            return next((row for row in csv.reader(stream) if row), [])
        except csv.Error:
            return []


def _check_delimiter(path: Path) -> None:
    (header,) = names if len(names := _header_names(path)) == 1 else ("",)
    for other in _OTHER_DELIMITERS:
        if other in header:
            found = [name.strip() for name in header.split(other)]
            _refuse(
                path,
                f"it has one column, `{header.expandtabs(1)}`",
                f"`{_named(other)}` seems to part the columns {listed(found)}; write them with commas between, and "
                "decimal points in numbers.",
            )


def _named(delimiter: str) -> str:
    return {"\t": "tab"}.get(delimiter, delimiter)


def _check_names(path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1 and name})
    for name in twice:
        places = [str(place) for place, other in enumerate(names, 1) if other == name]
        _refuse(path, f"the column `{name}` stands twice: columns {' and '.join(places)}", "Rename or drop one.")
    for place, name in enumerate(names, 1):
        if not name.strip():
            if place == 1:
                remedy = "An index that was written with the rows? pandas' `to_csv(index=False)` writes none."
            else:
                remedy = "Does each line end with a comma? Take it away, or name the column."
            _refuse(path, f"column {place} has no name; the header names {listed(filter(str.strip, names))}", remedy)


def _check_quotes_closed(path: Path, table: pa.Table, *, ends_with_line: bool) -> None:
    """An odd number of quotes is a text such as `5" pipe`, or one that swallowed all that follows it."""
    if not table.num_rows or not pa.types.is_string(table.columns[-1].type):
        return
    last = table.columns[-1][-1].as_py() or ""
    with path.open("rb") as stream:
        lines = sum(1 for _ in stream)
    if "\n" in last or (not ends_with_line and last.startswith('"')):
        line = lines - last.rstrip("\n").count("\n")
        _refuse(path, f"a quote in line {line:,} is never closed", "Close it, or write a quote in a text twice.")


def _refuse_row_lengths(path: Path) -> NoReturn:
    wrong: list[arrow.InvalidRow] = []

    def note(row: arrow.InvalidRow) -> str:
        wrong.append(row)
        return "skip"

    arrow.read_csv(
        regular(path),
        read_options=arrow.ReadOptions(use_threads=False, block_size=min(path.stat().st_size + 1, 2**31 - 1)),
        parse_options=arrow.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
    )
    first = wrong[0]
    said = f"{len(wrong):,} rows have another number of fields than the header, which names {first.expected_columns}"
    if len(wrong) == 1:
        said = f"a row has another number of fields than the header, which names {first.expected_columns}"
    lines = _line_numbers(path, [row.text for row in wrong[:_SHOWN]])
    places = ", ".join(map(str, lines)) + ", …" * (len(wrong) > _SHOWN)
    _refuse(path, f"{said}: line {places} has {first.actual_columns}", _why(first, _header_names(path)))


def _line_numbers(path: Path, records: list[str]) -> list[int]:
    """The lines, from 1, that records begin in, which come in this order; Arrow counts no empty ones."""
    found: list[int] = []
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, 1):
            if len(found) < len(records) and line.rstrip("\n") == records[len(found)].splitlines()[0]:
                found.append(number)
    return found


def _why(row: arrow.InvalidRow, header: list[str]) -> str:
    more = row.actual_columns - row.expected_columns
    if more == 1 and re.search(r",\s*$", row.text):
        return "Lines end with a comma and the header does not: take it away, or name the column."
    if row.expected_columns < row.actual_columns / 2:
        return f"Does the table begin further down? The first line is {listed(header)}."
    if more > 0:
        return "Does a comma stand in a text or a number? Put that between quotes, and write a decimal point."
    return "Does a line break stand in a text? Put that between quotes."


def _refuse(path: Path, what: str, remedy: str = "") -> NoReturn:
    raise Failure(f"{path} is no CSV file: {what}", exit_code=Exit.FINDINGS, remedy=remedy)
