"""Features that give the target away: one column alone predicts it, as only a leak does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import BINARY, MULTICLASS, REGRESSION, Task, numbers
from mlops_validators.binning import bins_of, places
from mlops_validators.blocks import blocks
from mlops_validators.categories import as_column, categories, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Floats, Integers

TOO_GOOD = 0.99
CELLS = 50  # a number is cut into so many bins


@dataclass(frozen=True)
class Revealing:
    """A feature that alone predicts too well.

    >>> Revealing("status", 1.0).column
    'status'
    """

    column: str
    score: float


def predictive_power(feature: ArrayLike, y_true: ArrayLike, task: Task) -> float:
    """How well one column alone predicts the target, out of sample; 1 is perfectly.

    The feature is cut into bins (a number at its quantiles, a category by its values, missing as one), each bin's
    mean target is learnt on one half of the rows and tried on the other, both ways. Of a class it is 2 AUC - 1 (of
    several the best class against the rest), of a number R^2; never below 0.

    Args:
        feature: shape (n,), of any type.
        y_true: shape (n,): 0 and 1, class codes, or numbers.
        task: what the target is of.

    Raises:
        ValueError: lengths differ, or the target is constant, no number, NaN or infinite.

    Source: the predictive power score (Wetschoreck et al., 2020) with bins for its tree; Kaufman et al., "Leakage in
    Data Mining" (KDD 2011).

    >>> y = np.arange(200) % 2
    >>> predictive_power(y * 10 + 3, y, "binary-classification")
    1.0
    """
    target = numbers("y_true", y_true)
    cells = _cells(as_column(feature))
    if len(cells) != len(target):
        raise ValueError(f"lengths differ: the feature has {len(cells)}, `y_true` {len(target)}")
    if target.min() == target.max() or not target.var() > 0:
        raise ValueError("`y_true` is constant, so nothing can give it away")
    if task == REGRESSION:
        code, told = _out_of_fold(cells, target)
        return float(max(0.0, 1 - ((target - told[code]) ** 2).mean() / target.var()))
    classes = np.unique(target)
    tried = classes[1:] if task == BINARY else classes
    return max(_separation(cells, target == one) for one in tried)


def revealing(
    features: Mapping[str, ArrayLike], y_true: ArrayLike, task: Task, *, limit: float = TOO_GOOD
) -> list[Revealing]:
    """The features that alone predict the target at `limit` or better, best first.

    Args:
        features: columns by name, each (n,).
        y_true: as `predictive_power`.
        task: as `predictive_power`.
        limit: from which score on a feature is named, at most 1.

    Raises:
        ValueError: as `predictive_power`, or there is no such task.

    Source: as `predictive_power`.

    >>> y = np.arange(400) % 2
    >>> revealing({"copy": y, "noise": np.arange(400) // 2 % 7}, y, "binary-classification")
    [Revealing(column='copy', score=1.0)]
    """
    if task not in {BINARY, MULTICLASS, REGRESSION}:
        raise ValueError(f"no task `{task}`")
    found = [Revealing(name, predictive_power(column, y_true, task)) for name, column in features.items()]
    return sorted((one for one in found if one.score >= limit), key=lambda one: -one.score)


def _cells(column: Anything) -> Integers:
    bins = bins_of(column, bins=CELLS) if not missing(column).all() else None
    found = categories(column).codes if bins is None or bins.edges is None else places(bins.edges, column)
    return found.astype(np.min_scalar_type(int(found.max())))


def _out_of_fold(cells: Integers, target: Floats) -> tuple[Integers, Floats]:
    """Each row's cell and half of the rows as one code, and what each code is told: the cell's mean in the other half.

    Where the cell is not in the other half it is told the mean of all rows.
    """
    size = int(cells.max()) + 1
    code, rng = np.empty(len(cells), dtype=np.min_scalar_type(2 * size)), np.random.default_rng(0)
    for block in blocks(len(cells)):
        code[block] = cells[block] + size * rng.integers(0, 2, len(cells[block]))
    rows = np.bincount(code, minlength=2 * size)
    sums = np.bincount(code, weights=target, minlength=2 * size)
    means = np.divide(sums, rows, out=np.full(2 * size, float(target.mean())), where=rows > 0)
    return code, np.roll(means, size)


def _separation(cells: Integers, positive: Anything) -> float:
    """2 AUC - 1 of what the rows are told, from the counts of the few values that there are."""
    code, told = _out_of_fold(cells, positive.astype(np.float64))
    _, place = np.unique(told, return_inverse=True)
    hits, misses = (np.bincount(place[code[each]], minlength=int(place.max()) + 1) for each in (positive, ~positive))
    area = (hits * (misses.cumsum() - misses / 2)).sum() / (hits.sum() * misses.sum())
    return max(0.0, float(2 * area - 1))
