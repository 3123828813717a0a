"""Answers that are texts: one a row, of Unicode, and bounded."""

from __future__ import annotations

import numpy as np

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.predictor.json_answers import MOST_BYTES, one_a_row


def as_texts(values: object, rows: int, words: str) -> np.ndarray:
    """The answers for so many rows, (n,) of object; an empty text is one.

    `words` are what is asked for, as a refusal says it.

    Raises Failure for another number of answers, and for one that is no text, no Unicode, or too long.
    """
    try:
        given = one_a_row(values, rows)
        return np.array([_text(row, value) for row, value in enumerate(given)], dtype=object)
    except ValueError as error:
        raise Failure(
            f"the model's answer {error}",
            exit_code=Exit.FINDINGS,
            remedy=f"`predict` must give {words}, shape ({rows:,},), each a str of {MOST_BYTES:,} bytes at most.",
        ) from error


def _text(row: int, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"for row {row:,} is no text, but {'None' if value is None else type(value).__name__}")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise ValueError(f"for row {row:,} is no Unicode: it holds half a pair of surrogates") from error
    if size > MOST_BYTES:
        raise ValueError(f"for row {row:,} is {size:,} bytes of text, and at most {MOST_BYTES:,} are kept")
    return str(value)
