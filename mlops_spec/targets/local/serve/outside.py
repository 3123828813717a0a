"""Rows of a request that are outside the data contract: which, and how many of each input, for the metrics."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.package.file_kinds import problem
from mlops_spec.package.input_contract import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mlops_spec.package.input_contract import Bounds

_SHOWN = 5
_FILES = "data.files"
_PAIR = struct.Struct("!HI")
_SIZE = struct.Struct("!H")


@dataclass(frozen=True, slots=True)
class Outside:
    """What is wrong with an input, by which key of the spec, and in which rows from 0."""

    input: str
    what: str
    key: str
    rows: tuple[int, ...]
    first: Any

    def __str__(self) -> str:
        """For who is refused: field, value and bound."""
        rows = ", ".join(map(str, self.rows[:_SHOWN])) + ", …" * (len(self.rows) > _SHOWN)
        shown = f"{len(self.first):,} bytes" if isinstance(self.first, bytes) else json.dumps(self.first)[:40]
        return f"`{self.input}` {self.what} ({self.key}), not {shown}, in row{'s' * (len(self.rows) > 1)} {rows}"

    def as_data(self) -> dict[str, Any]:
        """For who is answered."""
        return {"input": self.input, "must": self.what, "rows": list(self.rows)}


def is_no_file(found: Sequence[Outside]) -> bool:
    """Whether a file is missing, damaged or of another kind, which no model is asked about, whatever the contract says.

    A row outside of bounds is still a row; bytes that are no image are nothing that could be answered.
    """
    return any(each.key.startswith(_FILES) for each in found)


def outside(columns: Mapping[str, list[Any]], contract: Mapping[str, Bounds]) -> tuple[Outside, ...]:
    """Everything that breaks the contract; `columns` has a list of values per input, None where one is missing."""
    return tuple(found for name, bounds in contract.items() for found in _of_column(name, columns[name], bounds))


def pack(found: Sequence[Outside], inputs: Sequence[str]) -> bytes:
    """How many rows of each input are outside, by the input's place in the signature."""
    rows: dict[int, set[int]] = {}
    for each in found:
        rows.setdefault(inputs.index(each.input), set()).update(each.rows)
    return _SIZE.pack(len(rows)) + b"".join(_PAIR.pack(place, len(own)) for place, own in rows.items())


def unpack(packed: bytes, start: int, inputs: Sequence[str]) -> tuple[tuple[tuple[str, int], ...], int]:
    """What `pack` packed: inputs with their numbers of rows, and where it ends.

    Raises:
        struct.error, IndexError: it is not what `pack` packs.
    """
    (size,) = _SIZE.unpack_from(packed, start)
    places = range(start + _SIZE.size, start + _SIZE.size + size * _PAIR.size, _PAIR.size)
    pairs = [_PAIR.unpack_from(packed, place) for place in places]
    return tuple((inputs[place], rows) for place, rows in pairs), places.stop


def _of_column(name: str, column: list[Any], bounds: Bounds) -> Iterator[Outside]:
    present = [value for value in column if value is not None] if None in column else column
    if bounds.required and len(present) < len(column):
        rows = tuple(row for row, value in enumerate(column) if value is None)
        key = "data.contract.missing" if bounds.kinds is None else _FILES
        yield Outside(name, "must not be missing", key, rows, None)
    for check in _checks(name, bounds) if present else ():
        if check.broken(present):
            rows = tuple(row for row, value in enumerate(column) if value is not None and check.wrong(value))
            yield Outside(name, check.what, check.key, rows, column[rows[0]])


class _Check(NamedTuple):
    """What a value must be, and the key that says so; a bound is asked of the `extreme` value alone."""

    what: str
    key: str
    wrong: Callable[[Any], bool]
    extreme: Callable[[list[Any]], Any] | None = None

    def broken(self, present: list[Any]) -> bool:
        return self.wrong(self.extreme(present)) if self.extreme else any(map(self.wrong, {*present}))


def _number(value: Any) -> float:
    """A text's number too, for a column of texts may be cut into bins; NaN, which is in none, for any other."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _checks(name: str, bounds: Bounds) -> Iterator[_Check]:
    key = f"data.contract.columns.{name}"
    if bounds.type == "integer":
        yield _Check("must be whole", f"{key}.type", lambda value: value % 1 != 0)
    if bounds.type == "boolean":
        yield _Check("must be true or false", f"{key}.type", lambda value: value not in {0, 1})
    if (low := bounds.min) is not None:
        yield _Check(f"must be at least {low}", f"{key}.min", lambda value: value < low, min)
    if (high := bounds.max) is not None:
        yield _Check(f"must be at most {high}", f"{key}.max", lambda value: value > high, max)
    if bounds.kinds is not None:
        kinds = bounds.kinds
        named = f"must be a whole file ({', '.join(kinds)})"
        yield _Check(named, f"{_FILES}.kinds", lambda value: bool(problem(value, kinds)))
    if (most := bounds.most_bytes) is not None:
        yield _Check(f"must have at most {most:,} bytes", f"{_FILES}.max", lambda value: len(value) > most)
    if bounds.bins is not None:
        first, last = bounds.bins
        yield _Check(f"must be in [{first}, {last})", "data.derive", lambda value: not first <= _number(value) < last)
    if bounds.values is not None:
        allowed = frozenset(bounds.values)
        named = f"must be one of {', '.join(bounds.values)[:80]}"
        yield _Check(named, f"{key}.values", lambda value: plain_text(value) not in allowed)
