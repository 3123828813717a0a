"""Inputs made worse on purpose, to see how much a model's answers depend on their being clean.

One column at a time, arrays in, arrays out; how much the measure drops is `paired_difference` of the answers on
perturbed and on clean rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mlops_validators.arrays import GREATEST, significant
from mlops_validators.blocks import blocks
from mlops_validators.categories import as_column

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Integers

Kind = Literal["missing", "noise", "unseen_category", "shift", "rounding", "typos", "case", "whitespace"]
Changed = Callable[["Integers"], Any]
"""What some rows of a column are changed into, by position: in all of them one value, or a value for each."""
Change = Callable[["Anything", np.random.Generator, float], Changed]
UNSEEN = "(unseen)"
NOISE, SHIFT = 0.1, 0.5  # standard deviations
DIGITS = 2
TYPED = 20  # characters to a typo


def perturb(kind: Kind, column: ArrayLike, *, rate: float, seed: int, spread: float | None = None) -> Anything:
    """The column with a share `rate` of its values, drawn at random, made worse; the column given stays as it is.

    | kind | a number | a category |
    |---|---|---|
    | `missing` | NaN | None |
    | `noise` | normal noise of a tenth of a standard deviation added | another row's value |
    | `unseen_category` | ValueError | a value that no row has |
    | `shift` | half a standard deviation added | ValueError |
    | `rounding` | two significant digits kept | ValueError |
    | `typos` | ValueError | of 20 characters, and at least one, one left out, doubled or changed with the next |
    | `case` | ValueError | in capitals, or where it is already in small letters |
    | `whitespace` | ValueError | spaces doubled, one before, and a line break behind |

    Args:
        kind: one of the table.
        column: shape (n,); a number column comes back as float64, another as object.
        rate: share of values that is perturbed, above 0 and at most 1; at least one value is.
        seed: of the choice of rows and of the noise.
        spread: the standard deviation that noise and shift are measured in, as of the training rows; without it, the
            column's own.

    Raises:
        ValueError: the kind does not fit the column, the rate is out of range, or the column is empty.

    >>> perturb("missing", [1.0, 2.0, 3.0, 4.0], rate=0.5, seed=0)
    array([ 1.,  2., nan, nan])
    """
    values = as_column(column)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"a column of shape {values.shape} cannot be perturbed; it must have one value per row")
    if not 0 < rate <= 1:
        raise ValueError(f"`rate` is {rate}; it must be above 0 and at most 1")
    number = values.dtype.kind in "iuf"
    change = (_NUMBERS if number else _CATEGORIES).get(kind)
    if change is None:
        raise ValueError(f"`{kind}` does not fit a column of {'numbers' if number else 'categories'}")
    scale = _spread(values) if spread is None and number else spread or 0.0
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(values), max(1, round(rate * len(values))), replace=False)
    rows = rows.astype(np.min_scalar_type(len(values)))
    worse, changed = values.astype(np.float64 if number else object), change(values, rng, scale)
    for block in blocks(len(rows)):
        worse[rows[block]] = changed(rows[block])
    return worse


def applies(kind: Kind, column: ArrayLike) -> bool:
    """Whether a kind of perturbation fits a column.

    >>> applies("unseen_category", [1, 2]), applies("unseen_category", ["a", "b"])
    (False, True)
    """
    return kind in (_NUMBERS if np.asarray(column).dtype.kind in "iuf" else _CATEGORIES)


def _missing(value: float | None) -> Change:
    return lambda *_: lambda _: value


def _noise(column: Anything, rng: np.random.Generator, spread: float) -> Changed:
    return lambda rows: column[rows].astype(np.float64) + rng.normal(scale=NOISE * spread, size=len(rows))


def _shift(column: Anything, _: np.random.Generator, spread: float) -> Changed:
    return lambda rows: column[rows].astype(np.float64) + SHIFT * spread


def _round(column: Anything, _: np.random.Generator, __: float) -> Changed:
    return lambda rows: significant(column[rows].astype(np.float64), DIGITS)


def _swap(column: Anything, rng: np.random.Generator, _: float) -> Changed:
    return lambda rows: column[rng.integers(0, len(column), len(rows))].astype(object)


def _unseen(column: Anything, _: np.random.Generator, __: float) -> Changed:
    name = UNSEEN
    while any((column[block].astype(str) == name).any() for block in blocks(len(column))):
        name += "?"
    return lambda _: name


def _of_texts(change: Callable[[str, np.random.Generator], str]) -> Change:
    """What is no text, such as a missing value, stays as it is."""

    def changed(column: Anything, rng: np.random.Generator, _: float) -> Changed:
        def values(rows: Integers) -> Anything:
            found = column[rows].astype(object)
            found[:] = [change(value, rng) if isinstance(value, str) else value for value in found]
            return found

        return values

    return changed


def _mistyped(text: str, rng: np.random.Generator) -> str:
    return "".join(_with_typo(text[start : start + TYPED], rng) for start in range(0, len(text), TYPED))


def _with_typo(part: str, rng: np.random.Generator) -> str:
    place, kind = int(rng.integers(max(1, len(part) - 1))), rng.integers(3)
    before, here, after, behind = part[:place], part[place], part[place + 1 : place + 2], part[place + 2 :]
    if kind == 0:
        return f"{before}{after}{behind}"
    changed = f"{after}{here}" if kind == 1 and after and after != here else f"{here}{here}{after}"
    return f"{before}{changed}{behind}"


def _other_case(text: str, _: np.random.Generator) -> str:
    return text.upper() if text != text.upper() else text.lower()


def _spaced(text: str, _: np.random.Generator) -> str:
    return f" {text.replace(' ', '  ')}\n"


def _spread(column: Anything) -> float:
    known = _finite(column).astype(np.float64, copy=False)
    if len(known) and max(known.max(), -known.min()) > GREATEST:
        raise ValueError(f"a column with values beyond {GREATEST:g} has no standard deviation")
    return float(known.std()) if len(known) else 0.0


def _finite(column: Anything) -> Anything:
    known = np.isfinite(column)
    return column if known.all() else column[known]


_NUMBERS: dict[str, Change] = {
    "missing": _missing(np.nan),
    "noise": _noise,
    "shift": _shift,
    "rounding": _round,
}
_CATEGORIES: dict[str, Change] = {
    "missing": _missing(None),
    "noise": _swap,
    "unseen_category": _unseen,
    "typos": _of_texts(_mistyped),
    "case": _of_texts(_other_case),
    "whitespace": _of_texts(_spaced),
}
