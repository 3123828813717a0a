"""Two columns that give the target away together, though neither does alone: by which is greater, or by their cells.

Asked of a class: whether one order of two numbers, or their being equal, is had by half of it and by hardly anybody
else; and whether the cells of two columns predict it nearly perfectly where all columns, each by itself, leave at least
four times as much open. Asked of a number: whether it is the sum, difference, product or ratio of two.

Source: as `revealing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import REGRESSION, Task, numbers
from mlops_validators.binning import bins_of, places
from mlops_validators.categories import categories, missing
from mlops_validators.target_leaks import (
    ERROR,
    FEWEST,
    HALF,
    PURE,
    RARER,
    TOO_GOOD,
    Revealing,
    column_of,
    halved,
    power_of,
    told_by,
    tried,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Booleans, Floats, Integers

MOST, COLUMNS, ROWS = 200, 40, 10_000  # whose order is looked at, whose cells are, and of how many rows
_CELLS = 10
_EQUAL = 1e-6  # relative
_CLASSES = 5


def revealing_pairs(features: Mapping[str, ArrayLike], y_true: ArrayLike, task: Task) -> list[Revealing]:
    """The pairs that tell too much, as `a` and `b`, in their order; of many columns
    the first 200 are looked at, and the cells of the first 40.

    Args:
        features: columns by name, each (n,), none of which gives the target away alone.
        y_true: shape (n,): 0 and 1, class codes, or numbers.
        task: what the target is of.

    Raises:
        ValueError: lengths differ, or the target is no number, NaN or infinite.

    A higher score tells more. Source: as the module.

    >>> due = np.arange(1.0, 401.0)
    >>> paid, y = due * np.where(np.arange(400) % 2, 0.5, 1.0), np.arange(400) % 2
    >>> revealing_pairs({"due": due, "paid": paid}, y, "binary-classification")[0].column
    'due and paid'
    """
    target = numbers("y_true", y_true)
    some = np.linspace(0, len(target) - 1, min(len(target), ROWS)).astype(np.intp)
    columns = {name: column_of(name, column, target)[some] for name, column in list(features.items())[:MOST]}
    found = _arithmetic(columns, target[some]) if task == REGRESSION else _of_classes(columns, target[some], task)
    return list({one.column: one for one in found}.values())


def _named(names: Sequence[str], one: int, other: int) -> str:
    return " and ".join(names[place] for place in sorted((one, other)))


def _numeric_columns(columns: Mapping[str, Anything]) -> tuple[list[str], Floats]:
    names = [name for name, column in columns.items() if column.dtype.kind in "iuf"]
    return names, np.column_stack([columns[name].astype(np.float64) for name in names]) if names else np.empty((0, 0))


def _arithmetic(columns: Mapping[str, Anything], target: Floats) -> Iterator[Revealing]:
    names, matrix = _numeric_columns(columns)
    scale = np.maximum(np.abs(target), np.abs(target).mean())[:, None] * _EQUAL
    for place in range(len(names)):
        one, others = matrix[:, [place]], matrix[:, place + 1 :]
        with np.errstate(all="ignore"):
            made = {"sum": one + others, "product": one * others, "ratio": one / others, "inverse ratio": others / one}
            made |= {"difference": one - others, "inverse difference": others - one}
            for what, values in made.items():
                share = (np.abs(values - target[:, None]) <= scale).mean(axis=0)
                for other in np.flatnonzero(share >= PURE).tolist():
                    name = _named(names, place, place + 1 + other)
                    yield Revealing(name, 1.0, f"make up the target: it is their {what.removeprefix('inverse ')}")


def _of_classes(columns: Mapping[str, Anything], target: Floats, task: Task) -> Iterator[Revealing]:
    classes = tried(target, task)[:_CLASSES]
    for one in classes:
        if one.any() and not one.all():
            yield from _by_order(columns, one)
            yield from _by_cells(columns, one)


def _by_order(columns: Mapping[str, Anything], one: Booleans) -> Iterator[Revealing]:
    names, matrix = _numeric_columns(columns)
    rare = one if one.mean() <= RARER else ~one
    for place in range(len(names)):
        apart = matrix[:, place + 1 :] - matrix[:, [place]]
        for holds, what in ((apart < 0, "is greater"), (apart > 0, "is less"), (apart == 0, "is equal")):
            rows, hits = holds.sum(axis=0), holds[rare].sum(axis=0)
            tells = (rows >= FEWEST) & (hits >= PURE * rows) & (hits >= HALF * rare.sum())
            for other in np.flatnonzero(tells).tolist():
                told = f"tell a class: the one {what} in {hits[other]:,} of its {rare.sum():,} rows, "
                name = _named(names, place, place + 1 + other)
                yield Revealing(name, float(hits[other] / rows[other]), f"{told}and {rows[other]:,} in all")


def _by_cells(columns: Mapping[str, Anything], one: Booleans) -> Iterator[Revealing]:
    names = list(columns)[:COLUMNS]
    cells = [_cells_of(columns[name]) for name in names]
    if len(cells) < 2:
        return
    reached: float | None = None
    for place, first in enumerate(cells):
        for other in range(place + 1, len(cells)):
            code, size = halved(first * (int(cells[other].max()) + 1) + cells[other])
            power = power_of(*told_by(code, size, one), one)
            if power < TOO_GOOD:
                continue
            reached = _joint_fit(cells, one) if reached is None else reached
            if 1 - power <= ERROR * (1 - reached):
                why = f"together predict the target at {power:.4g}, and all columns one by one at {reached:.2g}"
                yield Revealing(_named(names, place, other), power, why)


def _joint_fit(cells: Sequence[Integers], one: Booleans) -> float:
    told = [means[code] for code, means in (told_by(*halved(each), one) for each in cells)]
    given = np.column_stack([np.ones(len(one)), *told])
    values, code = np.unique(given @ np.linalg.lstsq(given, one.astype(np.float64), rcond=None)[0], return_inverse=True)
    return power_of(code, values, one)


def _cells_of(column: Anything) -> Integers:
    bins = bins_of(column, bins=_CELLS) if not missing(column).all() else None
    if bins is not None and bins.edges is not None:
        return places(bins.edges, column).astype(np.intp)
    codes = categories(column).codes
    commonest = np.argsort(-np.bincount(codes))[: _CELLS - 1]
    place = np.full(int(codes.max()) + 1, len(commonest))
    place[commonest] = np.arange(len(commonest))
    return np.asarray(place[codes], dtype=np.intp)
