"""Any column as codes and names: text, numbers, booleans, missing values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.blocks import blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Booleans, Integers

MISSING = "(missing)"


@dataclass(frozen=True)
class Categories:
    """A column's distinct values: `names[codes[i]]` is row i's. A missing value is a value of its own, the last one.

    >>> Categories(np.array([0, 1, 0]), ("a", "b")).names
    ('a', 'b')
    """

    codes: Integers
    names: tuple[str, ...]


def categories(values: ArrayLike, *, name: str = "values") -> Categories:
    """The distinct values of a column (n,) in sorted order, as text; `name` is for errors.

    Raises:
        ValueError: empty, or not one value per row.

    >>> categories(["b", None, "a", "b"])
    Categories(codes=array([1, 2, 0, 1]), names=('a', 'b', '(missing)'))
    """
    column = as_column(values)
    if column.ndim != 1 or not len(column):
        raise ValueError(f"`{name}` has shape {column.shape}; it must have one value per row, and rows")
    codes, parts = np.empty(len(column), dtype=np.intp), []
    for block in blocks(len(column)):
        gone = missing(column[block])
        known = column[block][~gone]
        own, inverse = _distinct_texts(known) if known.dtype == object else np.unique(known, return_inverse=True)
        codes[block][gone], codes[block][~gone] = -1, inverse
        parts.append(own)
    distinct = np.unique(np.concatenate(parts))
    for block, own in zip(blocks(len(column)), parts, strict=True):
        codes[block] = np.append(np.searchsorted(distinct, own), len(distinct))[codes[block]]
    any_gone = codes.max() == len(distinct)
    return Categories(codes, (*map(as_text, distinct.tolist()), *([MISSING] if any_gone else [])))


def crossed(columns: Sequence[ArrayLike], *, name: str = "values") -> Categories:
    """The combinations that occur of several columns, each (n,), names joined by ` & `.

    Raises:
        ValueError: lengths differ, there are none, or as `categories`.

    >>> crossed([["f", "m", "f"], [1, 1, 2]]).names
    ('f & 1', 'f & 2', 'm & 1')
    """
    parts = [categories(column, name=name) for column in columns]
    if len({len(part.codes) for part in parts}) != 1:
        raise ValueError(f"the columns of `{name}` differ in length, or there are none")
    joint = np.zeros(len(parts[0].codes), dtype=np.intp)
    names = [""]
    for part in parts:
        both, joint = np.unique(joint * len(part.names) + part.codes, return_inverse=True)
        split = [divmod(int(code), len(part.names)) for code in both]
        names = [f"{names[left]} & {part.names[right]}".removeprefix(" & ") for left, right in split]
    return Categories(joint.astype(np.intp), tuple(names))


def as_text(value: object) -> str:
    """A value's name: 1 for 1.0 too, because a column of integers that gained a missing value holds floats.

    >>> as_text(1.0), as_text(1.5), as_text("x")
    ('1', '1.5', 'x')
    """
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def as_column(values: ArrayLike) -> Anything:
    """An array (n,) that keeps what is missing: NumPy alone makes the text "nan" of a NaN that stands among texts.

    Raises:
        ValueError: it has not one value per row, or complex numbers or records.

    >>> as_column(["a", float("nan")])
    array(['a', nan], dtype=object)
    """
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind in "cV":
        raise ValueError(f"a column of {array.dtype} of shape {array.shape}; it must have one value per row")
    return np.asarray(values, dtype=object) if array.dtype.kind == "U" and not hasattr(values, "dtype") else array


def missing(column: Anything) -> Booleans:
    """Where a value of a column (n,) is None, NaN or NaT.

    >>> missing(np.array([1.0, float("nan")]))
    array([False,  True])
    """
    if column.dtype == object:
        try:
            # NaN and NaT differ from themselves
            return np.asarray((column == None) | (column != column))  # noqa: E711, PLR0124
        except TypeError:  # pandas.NA has no truth
            return np.fromiter(map(_is_missing, column), bool, len(column))
    if column.dtype.kind in "fcmM":
        return np.asarray(np.isnan(column) if column.dtype.kind in "fc" else np.isnat(column))
    return np.zeros(len(column), dtype=bool)


def present(column: Anything) -> Anything:
    """The values of a column (n,) that are not missing; the column itself when none is.

    >>> present(np.array([1.0, float("nan")]))
    array([1.])
    """
    gone = missing(column)
    return column[~gone] if gone.any() else column


def _is_missing(value: object) -> bool:
    try:
        return value is None or bool(value != value)  # noqa: PLR0124
    except TypeError:
        return True


def _distinct_texts(values: Anything) -> tuple[Anything, Integers]:
    """As `np.unique` has them with the inverse, but without sorting each value: texts are few, and hashed."""
    texts = values.astype(str).tolist()
    distinct = sorted(set(texts))
    code = {text: place for place, text in enumerate(distinct)}
    return np.array(distinct, dtype=str), np.fromiter(map(code.__getitem__, texts), np.intp, len(texts))
