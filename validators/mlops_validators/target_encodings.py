"""Features that were made of the target: a rate or a mean of it over a few rows, the row itself among them.

Where rows share a name, such as an agent's, the number of them, the sum of their targets and the row's own target fix
what such a feature can be: its mean, smoothed or not, with the row or without it. A feature that they fix, and that the
number of rows alone does not, was made of them. Where nothing names the rows, a rate of few is exactly 0 for many rows,
none of them positive, exactly 1 for many, all of them positive, and between for the rest.

Source: Micci-Barreca, "A Preprocessing Scheme for High-Cardinality Categorical Attributes" (SIGKDD Explorations 2001);
Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features" (2018), on target leakage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mlops_validators.arrays import BINARY, REGRESSION, Task, numbers
from mlops_validators.categories import categories
from mlops_validators.target_leaks import Revealing, column_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Floats, Integers

_REPEATS = (1.2, 100.0)  # rows to a name
_FIXED = 1e-6  # of the variance that is left
_FEWEST = 20  # names, and values of a feature
_UNLIKELY = 10.0  # nats: as often does chance make as many rows pure
KEYS = 20


def encodings(
    features: Mapping[str, ArrayLike], keys: Mapping[str, ArrayLike], y_true: ArrayLike, task: Task
) -> list[Revealing]:
    """The features that were made of the target, in their order.

    Args:
        features: columns by name, each (n,), of all rows on both sides of a split: rates are over both.
        keys: columns that may name what rows share, each (n,).
        y_true: shape (n,): 0 and 1, class codes, or numbers.
        task: what the target is of; of several classes nothing is asked.

    Raises:
        ValueError: lengths differ, or the target is no number, NaN or infinite.

    A higher score tells more. Source: see the module.

    >>> agent, y = np.arange(300) // 3, np.random.default_rng(0).integers(0, 2, 300)
    >>> rate = np.bincount(agent, y)[agent] / 3
    >>> encodings({"rate": rate}, {"agent": agent}, y, "binary-classification")[0].column
    'rate'
    """
    target = numbers("y_true", y_true)
    if task not in (BINARY, REGRESSION):
        return []
    named = {name: sharing for name, key in list(keys.items())[:KEYS] if (sharing := _sharing(name, key, target))}
    found = []
    for name, column in features.items():
        values = column_of(name, column, target)
        if values.dtype.kind not in "iuf" or not np.isfinite(values.astype(np.float64)).all():
            continue
        why = next(filter(None, _made_of(values.astype(np.float64), name, named, target, task)), "")
        found += [Revealing(name, 1.0, why)] if why else []
    return found


class _Cells(NamedTuple):
    """Rows that are alike: the cell of each, (n,), and how many rows a cell has."""

    of: Integers
    rows: Integers

    @staticmethod
    def alike_in(*columns: Anything) -> _Cells:
        codes = np.zeros(len(columns[0]), dtype=np.int64)
        for column in columns:
            _, part = np.unique(column, return_inverse=True)
            _, codes = np.unique(codes * (int(part.max()) + 1) + part, return_inverse=True)
        return _Cells(codes, np.bincount(codes))

    def left_open(self, values: Floats) -> float:
        """The share of a variance that lies within cells; of cells of one row nothing is known: all."""
        if np.mean(self.rows[self.of] > 1) < 0.5:
            return 1.0
        means = np.bincount(self.of, values) / self.rows
        return float(np.mean((values - means[self.of]) ** 2) / values.var())


class _Sharing(NamedTuple):
    """What a key says of each row's fellows: the mean of their targets, and the rows that these make alike."""

    means: Floats
    made: _Cells  # by the number of fellows, the sum of their targets, and the row's own
    counted: _Cells  # by the number alone


def _sharing(name: str, key: ArrayLike, target: Floats) -> _Sharing | None:
    codes = categories(column_of(name, key, target), name=name).codes
    many = int(codes.max(initial=-1)) + 1
    if many < _FEWEST or not _REPEATS[0] <= len(codes) / many <= _REPEATS[1]:
        return None
    rows, sums = np.bincount(codes)[codes], np.bincount(codes, target)[codes].astype(np.float64)
    return _Sharing(sums / rows, _Cells.alike_in(rows, sums, target), _Cells.alike_in(rows))


def _made_of(values: Floats, name: str, named: Mapping[str, _Sharing], target: Floats, task: Task) -> Iterator[str]:
    if len(np.unique(values)) < 3:
        return
    for key, sharing in named.items():
        if key == name:
            continue
        if _is_mean(values, sharing.means) if task == REGRESSION else _is_encoding(values, sharing):
            yield f"was made of the target: it follows from that of the rows of one `{key}`, the row itself among them"
    if task == BINARY and _pure_at_its_ends(values, target):
        yield "is a rate of the target: where it is 0 no row is positive, where it is 1 each is"


def _is_mean(values: Floats, means: Floats) -> bool:
    return bool(np.mean((values - means) ** 2) < _FIXED * values.var())


def _is_encoding(values: Floats, sharing: _Sharing) -> bool:
    return sharing.made.left_open(values) < _FIXED < 0.1 < sharing.counted.left_open(values)


def _pure_at_its_ends(values: Floats, target: Floats) -> bool:
    if values.min() < 0 or values.max() > 1 or len(np.unique(values)) < 3:
        return False
    share = float(target.mean())
    if not 0 < share < 1:
        return False
    none, every = values == 0, values == 1
    if target[none].any() or not target[every].all():
        return False
    return bool(none.sum() * -np.log(1 - share) >= _UNLIKELY and every.sum() * -np.log(share) >= _UNLIKELY)
