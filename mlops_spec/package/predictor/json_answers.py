"""Answers of any kind: each row's is one JSON text, checked and bounded, however the predictor gave it."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 65_536  # of one row's answer
_DEEPEST = 32
_HOLDS = (
    "texts, numbers, true, false and None, and lists and dicts of these with texts as keys; "
    f"{MOST_BYTES:,} bytes a row at most"
)


def as_json(values: object, rows: int, words: str) -> np.ndarray:
    """The answers for so many rows as JSON texts, (n,) of object: UTF-8, keys in order, so that equal is equal.

    `words` are what is asked for, as a refusal says it.

    Raises Failure for another number of answers, and for a row's that is too long, or that JSON can't hold.
    """
    try:
        given = one_a_row(values, rows)
        return np.array([_text(row, value) for row, value in enumerate(given)], dtype=object)
    except ValueError as error:
        raise Failure(
            f"the model's answer {error}",
            exit_code=Exit.FINDINGS,
            remedy=f"`predict` must give {words}, shape ({rows:,},): {_HOLDS}.",
        ) from error


def as_text(value: object) -> str:
    """One value as JSON; raises ValueError, which says what JSON can't hold."""
    return json.dumps(_plain(value, 0), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def from_json(texts: Iterable[str]) -> list[Any]:
    """The values of JSON texts; raises ValueError where one is none, or holds NaN or infinity."""
    try:
        return [json.loads(text, parse_constant=_no_json) for text in texts]
    except RecursionError:
        raise ValueError("an answer is nested too deeply") from None


def one_a_row(values: object, rows: int) -> list[Any]:
    """What a predictor gave, row by row; raises ValueError, which says what it gave instead."""
    if isinstance(values, pd.DataFrame):
        values = values.to_dict("records")
    if not (isinstance(values, list | tuple | pd.Series) or (isinstance(values, np.ndarray) and values.ndim)):
        raise ValueError(f"for {rows:,} rows is one {type(values).__name__}")
    if len(values) != rows:
        raise ValueError(f"for {rows:,} rows has {len(values):,} answers")
    return list(values)


def _text(row: int, value: object) -> str:
    try:
        text = as_text(value)
        size = len(text.encode())
    except ValueError as error:  # among them texts that are no Unicode
        raise ValueError(f"for row {row:,} is not JSON: {error}") from error
    if size > MOST_BYTES:
        raise ValueError(f"for row {row:,} is {size:,} bytes of JSON, and at most {MOST_BYTES:,} are kept")
    return text


def _plain(value: Any, depth: int) -> object:
    """The value of Python's own types; what those of NumPy hold is theirs."""
    if depth > _DEEPEST:
        raise ValueError(f"it nests deeper than {_DEEPEST} levels")
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError("it holds NaN or infinity")
        return value
    if isinstance(value, list | tuple):
        return [_plain(each, depth + 1) for each in value]
    if not isinstance(value, dict):
        raise ValueError(f"it holds a {type(value).__name__}")
    if others := [key for key in value if not isinstance(key, str)]:
        raise ValueError(f"a key is the {type(others[0]).__name__} {str(others[0])[:40]}, and must be a text")
    return {key: _plain(each, depth + 1) for key, each in value.items()}


def _no_json(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")
