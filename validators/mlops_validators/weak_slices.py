"""The slices that nobody named: where the model is worse than elsewhere by more than the search explains."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from mlops_validators.arrays import confidence_level, numbers
from mlops_validators.binning import bins_of
from mlops_validators.categories import MISSING, Categories, as_column, categories, missing
from mlops_validators.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Floats

BINS = 4


@dataclass(frozen=True)
class WeakSlice:
    """A slice, and how much greater its mean loss is than that of all other rows."""

    conditions: tuple[tuple[str, str], ...]
    """Column and value, or interval of values; one or two."""
    rows: int
    excess: Interval


def weak_slices(  # noqa: PLR0913
    features: Mapping[str, ArrayLike],
    losses: ArrayLike,
    *,
    min_rows: int = 100,
    depth: int = 2,
    confidence: float = 0.95,
    most: int = 10,
) -> list[WeakSlice]:
    """The slices with the greatest excess loss that chance does not explain, worst first.

    Every value of every column (numbers cut at their quartiles), and with `depth` 2 every pair of them, is compared
    with all other rows by Welch's t interval. The level is divided by the number of slices that were looked at
    (Bonferroni), so the chance that any slice is named although none is weak is at most (1 - confidence) / 2.

    Args:
        features: columns by name, each (n,); they need not be the model's.
        losses: of each row, shape (n,), more is worse: squared error, log loss, or 1 where the label is wrong.
        min_rows: smaller slices are not looked at.
        depth: 1 or 2 conditions.
        confidence: level of all intervals together.
        most: how many are returned.

    Raises:
        ValueError: lengths differ, losses are not finite, or an option is out of range.

    Source: the problem as in Chung et al., "Slice Finder" (ICDE 2019).

    >>> place = np.arange(2000) % 5
    >>> loss = np.where(place == 3, 0.9, 0.1) + np.arange(2000) % 7 / 100
    >>> weak_slices({"place": place}, loss, depth=1)[0].conditions
    (('place', '3'),)
    """
    confidence_level(confidence)
    loss = numbers("losses", losses)
    if depth not in {1, 2} or min_rows < 2 or not features:
        raise ValueError("`depth` must be 1 or 2, `min_rows` at least 2, and there must be features")
    columns = {name: _cut(name, column, len(loss)) for name, column in features.items()}
    tried = [found for found in _tried(columns, loss, depth) if found.rows >= min_rows and len(loss) - found.rows >= 2]
    level = 1 - (1 - confidence) / max(1, len(tried))
    total = _Sums(len(loss), float(loss.sum()), float((loss**2).sum()))
    weak = (WeakSlice(found.conditions, found.rows, _excess(found.sums, total, level, confidence)) for found in tried)
    return sorted((one for one in weak if one.excess.low > 0), key=lambda one: -one.excess.value)[:most]


@dataclass(frozen=True)
class _Sums:
    rows: int
    loss: float
    squared: float


@dataclass(frozen=True)
class _Tried:
    conditions: tuple[tuple[str, str], ...]
    sums: _Sums

    @property
    def rows(self) -> int:
        return self.sums.rows


def _cut(name: str, column: ArrayLike, rows: int) -> Categories:
    values = as_column(column)
    if values.shape != (rows,):
        raise ValueError(f"`{name}` has shape {values.shape}; it must have one value for each of {rows} rows")
    bins = bins_of(values, bins=BINS) if not missing(values).all() else None
    if bins is None or bins.edges is None:
        return categories(values)
    numbers_ = values.astype(np.float64)
    codes = np.where(np.isnan(numbers_), len(bins.edges) + 1, np.searchsorted(bins.edges, numbers_, side="right"))
    ends = ["-∞", *(f"{edge:.6g}" for edge in bins.edges), "∞"]
    return Categories(codes, (*(f"[{low}, {high})" for low, high in pairwise(ends)), MISSING))


def _tried(columns: Mapping[str, Categories], loss: Floats, depth: int) -> Iterator[_Tried]:
    """All slices, by one count of rows, losses and squared losses for each column and pair of columns."""
    for name, cut in columns.items():
        for code, sums in enumerate(_sums(cut.codes, len(cut.names), loss)):
            yield _Tried(((name, cut.names[code]),), sums)
    for (one, left), (two, right) in combinations(columns.items(), 2) if depth == 2 else ():
        width = len(right.names)
        for cell, sums in enumerate(_sums(left.codes * width + right.codes, len(left.names) * width, loss)):
            yield _Tried(((one, left.names[cell // width]), (two, right.names[cell % width])), sums)


def _sums(codes: Anything, size: int, loss: Floats) -> Iterator[_Sums]:
    rows = np.bincount(codes, minlength=size)
    sums = np.bincount(codes, weights=loss, minlength=size)
    squares = np.bincount(codes, weights=loss**2, minlength=size)
    return (_Sums(int(n), float(s), float(q)) for n, s, q in zip(rows, sums, squares, strict=True))


def _excess(inside: _Sums, total: _Sums, level: float, confidence: float) -> Interval:
    """Mean loss inside less mean loss outside, with Welch's interval."""
    outside = _Sums(total.rows - inside.rows, total.loss - inside.loss, total.squared - inside.squared)
    (mean_in, error_in), (mean_out, error_out) = _mean(inside), _mean(outside)
    value, error = mean_in - mean_out, error_in + error_out
    freedom = error**2 / (error_in**2 / (inside.rows - 1) + error_out**2 / (outside.rows - 1)) if error > 0 else np.inf
    half = float(stdtrit(freedom, (1 + level) / 2) * np.sqrt(error)) if np.isfinite(freedom) else 0.0
    return Interval(value, value - half, value + half, "welch, corrected for the search", confidence)


def _mean(sums: _Sums) -> tuple[float, float]:
    """The mean and the square of its standard error."""
    mean = sums.loss / sums.rows
    variance = max(0.0, sums.squared / sums.rows - mean**2) * sums.rows / (sums.rows - 1)
    return mean, variance / sums.rows
