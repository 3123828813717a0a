"""Whether a classifier can tell current rows from reference rows: drift of columns together, not one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from mlops_validators.delong import auc_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Floats
    from mlops_validators.interval import Interval

TREES = 100
MOST_ROWS = 5_000  # of each side: enough to tell an area of 0.52 from 0.5


def domain_auc(reference: ArrayLike, current: ArrayLike, *, confidence: float = 0.95, seed: int = 0) -> Interval:
    """Area under the ROC curve of "this row is current", out of bag; 0.5 is best, no drift; 1 is told apart always.

    Args:
        reference: shape (n, d), categories as codes, NaN where missing.
        current: shape (m, d), the same columns.
        confidence: level of the interval (DeLong).
        seed: of the forest, and of the rows taken when there are more than 5,000 of a side.

    Raises:
        ValueError: shapes do not fit, or a side has fewer than 50 rows.

    Source: Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample Tests" (ICLR 2017).

    >>> rng = np.random.default_rng(0)
    >>> domain_auc(rng.normal(size=(200, 2)), rng.normal(size=(200, 2)) + 3).value > 0.9
    True
    """
    rng = np.random.default_rng(seed)
    old, new = _sample("reference", reference, rng), _sample("current", current, rng)
    if old.shape[1] != new.shape[1]:
        raise ValueError(f"`reference` has {old.shape[1]} columns, `current` {new.shape[1]}")
    is_new = np.r_[np.zeros(len(old)), np.ones(len(new))]
    forest = RandomForestClassifier(TREES, min_samples_leaf=5, oob_score=True, random_state=seed)
    forest.fit(np.concatenate([old, new]), is_new)
    return auc_interval(is_new == 1, forest.oob_decision_function_[:, 1], confidence)


def _sample(name: str, rows: ArrayLike, rng: np.random.Generator) -> Floats:
    matrix = np.asarray(rows)
    if matrix.ndim != 2 or len(matrix) < 50 or not matrix.shape[1]:
        raise ValueError(f"`{name}` has shape {matrix.shape}; it must have at least 50 rows, and columns")
    some = matrix if len(matrix) <= MOST_ROWS else matrix[rng.choice(len(matrix), MOST_ROWS, replace=False)]
    try:
        return np.asarray(some, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"`{name}` must be numbers; give categories as codes") from None
