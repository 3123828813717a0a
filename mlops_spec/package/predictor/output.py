"""The check of a model's answer: the shape that its task asks for, finite, and probabilities where it gives those."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import numpy as np

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.predictor.json_answers import as_json
from mlops_spec.package.predictor.text_answers import as_texts

if TYPE_CHECKING:
    from mlops_spec.spec.tasks.task import Answer

_ASCENDING = ", each row's quantiles ascending: `numpy.sort(answer, axis=1)` makes those cross no more that do"
_TOLERANCE = 1e-4  # of sums and bounds: models compute in float32


def check_output(values: object, rows: int, answer: Answer, classes: int) -> np.ndarray:
    """The answer as float64 of the shape that it must have, or as texts (n,), or JSON texts, where the task has no
    numbers; raises Failure for any other."""
    if not answer.numbers:
        return (as_json if answer.holds == "json" else as_texts)(values, rows, answer.words)
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        _refuse(f"no array of numbers: {error}", answer, rows, classes)
    if array.shape != answer.shape(rows, classes):
        _refuse(f"shape {_shape(array.shape)}", answer, rows, classes)
    if not np.isfinite(array).all():
        _refuse(f"{_first(~np.isfinite(array))} is NaN or infinite", answer, rows, classes)
    if answer.ascends and array.ndim == 2 and (crossed := array[:, 1:] < array[:, :-1]).any():
        _refuse(f"the quantiles of {_first(crossed)} cross", answer, rows, classes)
    if not answer.probabilities:
        return array
    outside = (array < -_TOLERANCE) | (array > 1 + _TOLERANCE)
    if outside.any():
        _refuse(f"{_first(outside)} is no probability", answer, rows, classes)
    if answer.sums and (off := np.abs(array.sum(axis=1) - 1) > _TOLERANCE).any():
        _refuse(f"{_first(off)} does not sum to 1", answer, rows, classes)
    return np.clip(array, 0.0, 1.0)


def _first(wrong: np.ndarray) -> str:
    return f"row {int(np.argwhere(wrong)[0][0]):,}"


def _shape(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(f"{size:,}" for size in shape) + ("," if len(shape) == 1 else "") + ")"


def _refuse(what: str, answer: Answer, rows: int, classes: int) -> NoReturn:
    wanted = f"{answer.words}, shape {_shape(answer.shape(rows, classes))}"
    raise Failure(
        f"the model's answer for {rows:,} rows has {what}"
        if what.startswith("shape")
        else f"the model's answer: {what}",
        exit_code=Exit.FINDINGS,
        remedy=f"`predict` must give {wanted}, all of it finite{_ASCENDING if what.endswith('cross') else ''}.",
    )
