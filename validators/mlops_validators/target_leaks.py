"""Features that give the target away, as only a leak does.

One column alone predicts the target nearly perfectly; or very well, and far better than all others together, as a noisy
copy does; or one value of it, or its being filled at all, is had by half of a class and by nearly nobody else.

Source: the predictive power score (Wetschoreck et al., 2020) with bins for its tree; Kaufman et al., "Leakage in Data
Mining" (KDD 2011).
"""

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
_ROWS_A_CELL = 40  # fewer tell too little of a cell's mean
_SUSPECT = 0.9
_SPREAD = 3  # columns that one leak may stand in
_NEAR = 0.1  # as far as a copy's scale may be off
ERROR = 0.25  # of what all others together leave open
FEWEST = 30  # rows that have a value which tells
HALF, PURE, RARER = 0.5, 0.98, 0.6
_SAMPLE, _OTHERS = 50_000, 100  # rows and columns that are enough to know what all others reach


@dataclass(frozen=True)
class Revealing:
    """A feature that tells too much; `why` is the rest of a sentence about it.

    >>> Revealing("status", 1.0, "alone predicts the target at 1, where 1 is perfectly").column
    'status'
    """

    column: str
    score: float
    why: str


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

    Source: as the module.

    >>> y = np.arange(200) % 2
    >>> predictive_power(y * 10 + 3, y, "binary-classification")
    1.0
    """
    target = numbers("y_true", y_true)
    cells = _cells(column_of("the feature", feature, target))
    if target.min() == target.max() or not target.var() > 0:
        raise ValueError("`y_true` is constant, so nothing can give it away")
    code, size = halved(cells)
    return max(power_of(*told_by(code, size, one), one) for one in tried(target, task))


def revealing(
    features: Mapping[str, ArrayLike], y_true: ArrayLike, task: Task, *, limit: float = TOO_GOOD
) -> list[Revealing]:
    """The features that tell too much, best first.

    Args:
        features: columns by name, each (n,).
        y_true: as `predictive_power`.
        task: as `predictive_power`.
        limit: from which score on a feature is named whatever the others reach, at most 1.

    Raises:
        ValueError: as `predictive_power`, or there is no such task.

    Source: as the module.

    >>> y = np.arange(400) % 2
    >>> revealing({"copy": y, "noise": np.arange(400) // 2 % 7}, y, "binary-classification")[0].why
    'alone predicts the target at 1, where 1 is perfectly'
    """
    if task not in {BINARY, MULTICLASS, REGRESSION}:
        raise ValueError(f"no task `{task}`")
    target = numbers("y_true", y_true)
    powers = {name: predictive_power(column, target, task) for name, column in features.items()}
    others = _Others({name: features[name] for name in _best_of_others(powers)}, target, task)
    found = []
    for name, power in powers.items():
        column = as_column(features[name])
        why = _alone(power, limit) or others.far_behind(column, power) or _class_in_one_value(column, target, task)
        found += [Revealing(name, power, why)] if why else []
    return sorted(found, key=lambda one: -one.score)


def column_of(name: str, column: ArrayLike, target: Floats) -> Anything:
    """A column (n,), of any type, beside the target (n,).

    Raises:
        ValueError: it is no column, or lengths differ.

    >>> column_of("age", [3, 4], np.array([0.0, 1.0]))
    array([3, 4])
    """
    values = as_column(column)
    if len(values) != len(target):
        raise ValueError(f"lengths differ: {name} has {len(values)}, `y_true` {len(target)}")
    return values


def _best_of_others(powers: Mapping[str, float]) -> list[str]:
    ordered = sorted(powers, key=lambda name: -powers[name])
    suspects = sum(power >= _SUSPECT for power in powers.values())
    return ordered[min(suspects, _SPREAD) :][:_OTHERS]


def _alone(power: float, limit: float) -> str:
    return f"alone predicts the target at {power:.4g}, where 1 is perfectly" if power >= limit else ""


class _Others:
    """What the other features reach together: a straight line through what each is told."""

    def __init__(self, features: Mapping[str, ArrayLike], target: Floats, task: Task) -> None:
        some = np.linspace(0, len(target) - 1, min(len(target), _SAMPLE)).astype(np.intp)
        self._columns = [as_column(column)[some] for column in features.values()]
        self._some, self._target, self._task = some, target[some], task
        self._reached: float | None = None

    def far_behind(self, column: Anything, power: float) -> str:
        """What to say of a suspect whose error is a small part of theirs, or of a class that is on its scale.

        A number that predicts another is no suspect, as long as it is not that number: weight predicts a price.
        """
        if power < _SUSPECT:
            return ""
        copied = _is_noisy_target(column, self._some, self._target)
        if self._task == BINARY and copied:
            return f"predicts the target at {power:.4g}, and is its 0 and 1 but for noise"
        if self._task == REGRESSION and not copied:
            return ""
        if self._reached is None:
            self._reached = self._together()
        if 1 - power > ERROR * (1 - self._reached):
            return ""
        return f"alone predicts the target at {power:.4g}, and all others together at {self._reached:.2g}"

    def _together(self) -> float:
        halves = [halved(_cells(column)) for column in self._columns]
        return max(self._of(halves, one) for one in tried(self._target, self._task))

    def _of(self, halves: list[tuple[Integers, int]], one: Anything) -> float:
        told = [means[code] for code, means in (told_by(code, size, one) for code, size in halves)]
        given = np.column_stack([np.ones(len(one)), *told])
        weights = np.linalg.lstsq(given, one.astype(np.float64), rcond=None)[0]
        values, code = np.unique(given @ weights, return_inverse=True)
        return power_of(code, values, one)


def _is_noisy_target(column: Anything, some: Integers, target: Floats) -> bool:
    if column.dtype.kind not in "iuf":
        return False
    values = column[some].astype(np.float64)
    known = np.isfinite(values)
    if known.sum() < FEWEST or not target[known].var() > 0:
        return False
    slope, start = np.polyfit(target[known], values[known], 1)
    return bool(abs(slope - 1) < _NEAR and abs(start) < _NEAR * max(1.0, abs(target).mean()))


def _class_in_one_value(column: Anything, target: Floats, task: Task) -> str:
    if task == REGRESSION:
        return ""
    cells, filled = _cells(column), ~missing(column)
    for one in tried(target, task):
        rare = one if one.mean() <= RARER else ~one
        for code, what in ((filled.astype(np.intp), "it is filled"), (cells, "it has one of its values")):
            rows, hits = np.bincount(code), np.bincount(code[rare], minlength=int(code.max()) + 1)
            tells = (rows >= FEWEST) & (hits >= PURE * rows) & (hits >= HALF * rare.sum())
            if tells.any():
                place = int(tells.argmax())
                told = what if code is cells or place else "it is missing"
                return (
                    f"tells a class: {told} in {hits[place]:,} of its {rare.sum():,} rows, and {rows[place]:,} in all"
                )
    return ""


def tried(target: Floats, task: Task) -> list[Anything]:
    """What is predicted of a target (n,): the number, or row by row whether it is of a class, of two the second.

    >>> [one.tolist() for one in tried(np.array([0.0, 1.0]), "binary-classification")]
    [[False, True]]
    """
    if task == REGRESSION:
        return [target]
    classes = np.unique(target)
    return [target == one for one in (classes[1:] if task == BINARY else classes)]


def _cells(column: Anything) -> Integers:
    bins = bins_of(column, bins=min(max(len(column) // _ROWS_A_CELL, 10), CELLS)) if not missing(column).all() else None
    found = categories(column).codes if bins is None or bins.edges is None else places(bins.edges, column)
    return found.astype(np.min_scalar_type(int(found.max())))


def halved(cells: Integers) -> tuple[Integers, int]:
    """Of cells (n,) each row's cell and half of the rows as one code (n,), and how many cells there are.

    >>> halved(np.array([0, 1]))[1]
    2
    """
    size = int(cells.max()) + 1
    code, rng = np.empty(len(cells), dtype=np.min_scalar_type(2 * size)), np.random.default_rng(0)
    for block in blocks(len(cells)):
        code[block] = cells[block] + size * rng.integers(0, 2, len(cells[block]))
    return code, size


def told_by(code: Integers, size: int, target: Anything) -> tuple[Integers, Floats]:
    """The codes (n,) of `halved`, and what each is told: its cell's mean of the target (n,) in the other half, or where
    it is not there that of all.

    >>> told_by(np.array([0, 1]), 1, np.array([3.0, 5.0]))[1]
    array([5., 3.])
    """
    rows = np.bincount(code, minlength=2 * size)
    sums = np.bincount(code, weights=target, minlength=2 * size)
    means = np.divide(sums, rows, out=np.full(2 * size, float(target.mean())), where=rows > 0)
    return code, np.roll(means, size)


def power_of(code: Integers, told: Floats, target: Anything) -> float:
    """How well rows are predicted by what their code (n,) is told: 2 AUC - 1 of a class, R^2 of a number, at least 0.

    >>> power_of(np.array([0, 1]), np.array([0.1, 0.9]), np.array([False, True]))
    1.0
    """
    if target.dtype != bool:
        return float(max(0.0, 1 - ((target - told[code]) ** 2).mean() / target.var()))
    _, place = np.unique(told, return_inverse=True)
    hits, misses = (np.bincount(place[code[each]], minlength=int(place.max()) + 1) for each in (target, ~target))
    area = (hits * (misses.cumsum() - misses / 2)).sum() / (hits.sum() * misses.sum())
    return max(0.0, float(2 * area - 1))
