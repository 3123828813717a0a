"""What arrays must be before anything is computed from them: everything else is a ValueError that says what is wrong.

Task by task, with n rows and k classes:

- binary classification: `y_true` (n,) of 0 and 1, `y_score` (n,) the probability of 1;
- multiclass classification: `y_true` (n,) of class codes 0 to k-1, `y_score` (n, k) probabilities, rows summing to 1;
- multilabel classification: `y_true` (n, k) of 0 and 1, `y_score` (n, k) the probability of each label;
- regression: `y_true` and `y_score` finite numbers, (n,), or of several targets (n, k);
- forecasting: `y_score` (n,), `y_true` (n,), or (n, 6) with what was known of each row's series (see `forecasts`);
- ranking: `y_true` (n,) relevance of 0 or more, `y_score` (n,) finite numbers, and the query of each row as its group;
- generation: `y_true` and `y_score` texts (n,);
- custom: `y_true` and `y_score` texts (n,), whatever they say: JSON for a measure of your own to read.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Task = Literal[
    "binary-classification",
    "multiclass-classification",
    "regression",
    "multilabel-classification",
    "forecasting",
    "ranking",
    "generation",
    "custom",
]
BINARY: Task = "binary-classification"
MULTICLASS: Task = "multiclass-classification"
REGRESSION: Task = "regression"
MULTILABEL: Task = "multilabel-classification"
FORECASTING: Task = "forecasting"
RANKING: Task = "ranking"
GENERATION: Task = "generation"
CUSTOM: Task = "custom"

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Booleans = NDArray[np.bool_]
Anything = NDArray[Any]

GREATEST = 1e150
SUM_TOLERANCE = 1e-4  # how far a row of probabilities may be from 1: float32 softmax is well inside


def numbers(name: str, values: ArrayLike, *, dimensions: tuple[int, ...] = (1,)) -> Floats:
    """`values` as finite float64, of a shape with so many `dimensions`: (n,), or (n, k).

    Raises:
        ValueError: they are no numbers, of another shape, none, so many of them are NaN or infinite, or beyond 1e150.

    >>> numbers("y_score", [0.1, float("nan")])
    Traceback (most recent call last):
        ...
    ValueError: `y_score` has 1 of 2 values that are NaN or infinite
    """
    try:
        given = np.asarray(values)
        array = given.astype(np.float64, copy=False) if given.dtype.kind in "biufOSU" else None
    except (TypeError, ValueError, OverflowError):
        array = None
    if array is None:
        raise ValueError(f"`{name}` must be numbers")
    if array.ndim not in dimensions:
        raise ValueError(
            f"`{name}` has shape {array.shape}; it must have {' or '.join(map(str, dimensions))} dimensions"
        )
    if array.size == 0:
        raise ValueError(f"`{name}` is empty")
    if _moderate(array):
        return array
    if broken := int(array.size - np.count_nonzero(np.isfinite(array))):
        raise ValueError(f"`{name}` has {broken} of {array.size} values that are NaN or infinite")
    if max(array.max(), -array.min()) > GREATEST:
        raise ValueError(f"`{name}` has values beyond {GREATEST:g}, whose squares have no sum")
    return array


def _moderate(array: Floats) -> bool:
    """Whether the squares of all values have a sum that tells each to be no greater than they may be: one look at all,
    where that is so."""
    flat = array.ravel(order="K")
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.einsum("i,i", flat, flat) <= GREATEST**2)


def texts(name: str, values: ArrayLike) -> Anything:
    """`values` as an array of texts, (n,).

    Raises:
        ValueError: one is no text, or no Unicode, or they are none, or of another shape.

    >>> texts("y_score", ['{"city": "York"}', "null"])
    array(['{"city": "York"}', 'null'], dtype=object)
    """
    array = np.asarray(values, dtype=object)
    if array.ndim != 1:
        raise ValueError(f"`{name}` has shape {array.shape}; it must have 1 dimensions")
    if array.size == 0:
        raise ValueError(f"`{name}` is empty")
    if other := sum(not _is_text(value) for value in array):
        raise ValueError(f"`{name}` has {other} of {array.size} values that are no text")
    return array


def _is_text(value: object) -> bool:
    """Half of a pair of surrogates is a `str` that no file can hold."""
    return isinstance(value, str) and (value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value))


def same_length(**arrays: Anything) -> int:
    """The common number of rows.

    Raises:
        ValueError: lengths differ.

    >>> same_length(y_true=np.zeros(3), y_score=np.zeros(2))
    Traceback (most recent call last):
        ...
    ValueError: lengths differ: `y_true` has 3, `y_score` has 2
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError("lengths differ: " + ", ".join(f"`{name}` has {n}" for name, n in lengths.items()))
    return next(iter(lengths.values()))


def binary_labels(name: str, values: ArrayLike) -> Integers:
    """0 and 1, both present, as integers (n,): those that were given, or a byte each.

    Raises:
        ValueError: values are others, one class only, or as `numbers`.

    >>> binary_labels("y_true", [1, 0])
    array([1, 0])
    >>> binary_labels("y_true", [1, 1])
    Traceback (most recent call last):
        ...
    ValueError: `y_true` has one class only (1), so nothing tells the classes apart
    """
    return _several_classes(name, zeros_and_ones(name, values))


def zeros_and_ones(name: str, values: ArrayLike, needed: str = "must be 0 or 1 for a binary task") -> Integers:
    """0 and 1, perhaps one of them alone, as `binary_labels` has them; `needed` is what the error says.

    Raises:
        ValueError: values are others, or as `numbers`.

    >>> zeros_and_ones("y_pred", [True, True])
    array([1, 1], dtype=int8)
    """
    found = _numbers_or_integers(name, values)
    if not np.all((found == 0) | (found == 1)):
        raise ValueError(f"`{name}` {needed}")
    return found if found.dtype == np.intp else found.astype(np.int8)


def label_matrix(name: str, values: ArrayLike) -> Integers:
    """0 and 1 of several labels, (n, k), both present, as a byte each.

    Raises:
        ValueError: values are others, all of them alike, or as `numbers`.

    >>> label_matrix("y_true", [[1, 0], [0, 0]])
    array([[1, 0],
           [0, 0]], dtype=int8)
    """
    found = numbers(name, values, dimensions=(2,))
    if not np.all((found == 0) | (found == 1)):
        raise ValueError(f"`{name}` must be 0 or 1 for each label")
    if found.min() == found.max():
        raise ValueError(f"`{name}` has one class only ({found.flat[0]:g}) in all labels, so nothing tells rows apart")
    return found.astype(np.int8)


def class_codes(name: str, values: ArrayLike, classes: int) -> Integers:
    """Class codes 0 to `classes`-1, (n,), at least two of them present.

    Raises:
        ValueError: values are others, one class only, or as `numbers`.

    >>> class_codes("y_true", [2.0, 0.0], classes=3)
    array([2, 0])
    """
    found = _numbers_or_integers(name, values)
    whole = found.dtype.kind != "f" or np.array_equal(found, np.floor(found))
    if found.min() < 0 or found.max() >= classes or not whole:
        raise ValueError(f"`{name}` must be class codes from 0 to {classes - 1}, one for each column of `y_score`")
    return _several_classes(name, found.astype(np.intp, copy=False))


def probabilities(name: str, values: ArrayLike, *, dimensions: tuple[int, ...] = (1,)) -> Floats:
    """Numbers within [0, 1], (n,); the rows of a matrix (n, k) sum to 1 and are scaled to do so to the last digit.

    Raises:
        ValueError: values are outside, rows are off by more than 0.0001, or as `numbers`.

    >>> probabilities("y_score", [0.2, 1.5])
    Traceback (most recent call last):
        ...
    ValueError: `y_score` has 1 of 2 values outside [0, 1], so they are no probabilities
    """
    found = _within_unit(name, numbers(name, values, dimensions=dimensions))
    if found.ndim == 1:
        return found
    totals = found.sum(axis=1)
    if off := int(np.count_nonzero(np.abs(totals - 1) > SUM_TOLERANCE)):
        raise ValueError(f"`{name}` has {off} of {len(found)} rows that do not sum to 1")
    return found if np.all(totals == 1) else np.asarray(found / totals[:, None])


def label_probabilities(name: str, values: ArrayLike) -> Floats:
    """Numbers within [0, 1] of several labels, (n, k), whose rows sum to anything.

    Raises:
        ValueError: values are outside, or as `numbers`.

    >>> label_probabilities("y_score", [[0.9, 0.8]])
    array([[0.9, 0.8]])
    """
    return _within_unit(name, numbers(name, values, dimensions=(2,)))


def row_weights(values: ArrayLike, rows: int) -> Floats:
    """Weights, one for each row, (n,): finite, none negative, not all zero.

    Raises:
        ValueError: they are others, or not one for each row.

    >>> row_weights([1, 2], rows=2)
    array([1., 2.])
    """
    found = numbers("weights", values)
    if len(found) != rows:
        raise ValueError(f"lengths differ: `weights` has {len(found)} for {rows} rows")
    if np.any(found < 0):
        raise ValueError("`weights` has negative values")
    if not found.any():
        raise ValueError("`weights` are all zero")
    return found


def confidence_level(confidence: float) -> float:
    """A level strictly between 0 and 1.

    Raises:
        ValueError: it is not.

    >>> confidence_level(0.95)
    0.95
    """
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` is {confidence}; it must lie between 0 and 1, such as 0.95")
    return confidence


def divide(above: Floats, below: Floats) -> Floats:
    """`above / below`, of shapes such as (b, k) that broadcast; NaN where `below` is 0, infinite beyond all numbers.

    >>> divide(np.array([1.0, 1.0]), np.array([2.0, 0.0]))
    array([0.5, nan])
    """
    blank = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    with np.errstate(over="ignore"):  # who asks for a value refuses an infinite one
        return np.asarray(np.divide(above, below, out=blank, where=below != 0))


def significant(values: Floats, digits: int) -> Floats:
    """Numbers (n,) rounded to so many significant digits (at most 8); 0, NaN, infinities and less than 1e-300 stay.

    >>> significant(np.array([1234.0, -0.0456, 0.0, np.inf]), 2)
    array([ 1.2e+03, -4.6e-02,  0.0e+00,      inf])
    """
    size = np.abs(values)
    ordinary = np.isfinite(size) & (size >= 1e-300)  # below, 10^place is infinite
    place = digits - 1 - np.floor(np.log10(np.where(ordinary, size, 1.0)))
    unit = 10.0**place
    with np.errstate(over="ignore"):  # near the greatest number, which may round up to infinity
        return np.where(ordinary, np.round(np.where(ordinary, values, 0.0) * unit) / unit, values)


def _within_unit(name: str, found: Floats) -> Floats:
    if found.min() < 0 or found.max() > 1:
        outside = np.count_nonzero((found < 0) | (found > 1))
        raise ValueError(f"`{name}` has {outside} of {found.size} values outside [0, 1], so they are no probabilities")
    return found


def _numbers_or_integers(name: str, values: ArrayLike) -> Anything:
    array = np.asarray(values)
    return array if array.dtype.kind in "iub" and array.ndim == 1 and array.size else numbers(name, values)


def _several_classes(name: str, codes: Integers) -> Integers:
    if codes.min() == codes.max():
        raise ValueError(f"`{name}` has one class only ({codes[0]}), so nothing tells the classes apart")
    return codes
