"""The rows of a batch that are outside the data contract, a column at a time: as a server judges a request's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.package.file_kinds import problem
from mlops_spec.package.input_contract import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mlops_spec.package.input_contract import Bounds

Reasons = tuple[tuple[str, np.ndarray], ...]
"""What is wrong, and in which rows (a boolean a row)."""


def reasons(frame: pd.DataFrame, contract: Mapping[str, Bounds]) -> Reasons:
    """Everything that breaks the contract; `frame` has a column per input."""
    return tuple(found for name, bounds in contract.items() for found in _of_column(name, frame[name], bounds))


def rows_of(found: Reasons, count: int) -> np.ndarray:
    """The rows that are outside by any reason (count,)."""
    return np.logical_or.reduce([mask for _, mask in found]) if found else np.zeros(count, dtype=bool)


def _of_column(name: str, values: pd.Series, bounds: Bounds) -> Iterator[tuple[str, np.ndarray]]:
    present = values.notna().to_numpy()
    if bounds.required and not present.all():
        yield f"`{name}` must not be missing (data.contract.missing)", ~present
    for what, key, wrong in _checks(name, values, bounds):
        outside = wrong & present
        if outside.any():
            yield f"`{name}` {what} ({key})", outside


def _checks(name: str, values: pd.Series, bounds: Bounds) -> Iterator[tuple[str, str, np.ndarray]]:
    key = f"data.contract.columns.{name}"
    numbers = _numbers(values) if (bounds.type, bounds.min, bounds.max, bounds.bins) != (None,) * 4 else np.empty(0)
    with np.errstate(invalid="ignore"):
        if bounds.type == "integer" and values.dtype.kind not in "iu":
            yield "must be whole", f"{key}.type", ~(numbers % 1 == 0)
        if bounds.type == "boolean" and values.dtype.kind != "b":
            yield "must be true or false", f"{key}.type", ~((numbers == 0) | (numbers == 1))
        if (low := bounds.min) is not None:
            yield f"must be at least {low}", f"{key}.min", ~(numbers >= low)
        if (high := bounds.max) is not None:
            yield f"must be at most {high}", f"{key}.max", ~(numbers <= high)
        if bounds.bins is not None:
            first, last = bounds.bins
            yield f"must be in [{first}, {last})", "data.derive", ~((numbers >= first) & (numbers < last))
    if bounds.kinds is not None:
        named = f"must be a whole file ({', '.join(bounds.kinds)})"
        yield named, "data.files.kinds", _of_each(values, lambda value: bool(problem(value, bounds.kinds or ())))
    if (most := bounds.most_bytes) is not None:
        yield f"must have at most {most:,} bytes", "data.files.max", _of_each(values, lambda value: len(value) > most)
    if bounds.values is not None:
        named = f"must be one of {', '.join(bounds.values)[:80]}"
        yield named, f"{key}.values", _not_among(values, frozenset(bounds.values))


def _of_each(values: pd.Series, wrong: Callable[[bytes], bool]) -> np.ndarray:
    return np.array([isinstance(value, bytes) and wrong(value) for value in values], dtype=bool)


def _numbers(values: pd.Series) -> np.ndarray:
    """A text's number too; NaN, which keeps no bound, for any other."""
    if values.dtype.kind in "iufb":
        return values.to_numpy()
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _not_among(values: pd.Series, allowed: frozenset[str]) -> np.ndarray:
    codes, distinct = pd.factorize(values)
    wrong = np.array([*(plain_text(value) not in allowed for value in distinct), False])  # code -1: a missing one
    found: np.ndarray = wrong[codes]
    return found
