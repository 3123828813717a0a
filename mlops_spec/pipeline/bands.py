"""The bands in pictures: how far a curve, a share or a rate may lie from what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.categories import categories
from mlops_validators.wilson import wilson

if TYPE_CHECKING:
    import pandas as pd

    from mlops_spec.pipeline.answers import Answers
    from mlops_validators import Interval

_CELLS = 2000
_RESAMPLES = 200
_GRID = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class Band:
    """A curve's height between `low` and `high` at the places `x`, all (n,)."""

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray


def roc_band(answers: Answers, *, confidence: float, seed: int) -> Band:
    """The true positive rate at 101 false positive rates: the middle `confidence` of 200 bootstrap resamples.

    Rows are drawn within cells of equal score (2,000 quantiles where there are more scores), rows of one group
    together. Vertical averaging: Fawcett, "An introduction to ROC analysis" (2006), 8.1.
    """
    cell = _score_cells(answers.score) * 2 + answers.truth
    size = int(cell.max()) // 2 * 2 + 2
    draw = np.random.default_rng(seed)
    curves = np.array(
        [_curve_on_grid(counts.reshape(-1, 2)) for counts in _resampled_counts(answers, cell, size, draw)]
    )
    low, high = np.quantile(curves, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return Band(_GRID, low, high)


def shares(hits: np.ndarray, confidence: float) -> Interval:
    """How many of `hits` (n,) are true, with Wilson's interval."""
    return wilson(int(np.count_nonzero(hits)), len(hits), confidence)


def rates(answers: Answers, column: pd.Series, threshold: float, confidence: float) -> dict[str, dict[str, Interval]]:
    """Selection, true positive and false positive rate of each group, but for those that no row of it defines."""
    told = answers.score >= threshold
    groups = categories(column.to_numpy(), name=str(column.name))
    among = {
        "selection rate": np.ones(len(told), dtype=bool),
        "true positive rate": answers.truth == 1,
        "false positive rate": answers.truth == 0,
    }
    return {
        rate: {
            name: shares(told[rows], confidence)
            for code, name in enumerate(groups.names)
            if (rows := asked & (groups.codes == code)).any()
        }
        for rate, asked in among.items()
    }


def _score_cells(score: np.ndarray) -> np.ndarray:
    distinct, codes = np.unique(score, return_inverse=True)
    if len(distinct) <= _CELLS:
        return codes
    edges = np.unique(np.quantile(score, np.linspace(0, 1, _CELLS + 1)[1:-1]))
    return np.searchsorted(edges, score, side="right")


def _resampled_counts(answers: Answers, cell: np.ndarray, size: int, draw: np.random.Generator) -> np.ndarray:
    if answers.groups is None:
        counts = np.bincount(cell, minlength=size)
        return draw.multinomial(len(cell), counts / len(cell), size=_RESAMPLES)
    group = categories(answers.groups).codes
    groups = int(group.max()) + 1
    times = draw.multinomial(groups, np.full(groups, 1 / groups), size=_RESAMPLES)
    return np.array([np.bincount(cell, weights=line[group], minlength=size) for line in times])


def _curve_on_grid(counts: np.ndarray) -> np.ndarray:
    """The curve of counts (cells, 2), negatives first and scores ascending, on the grid."""
    reached = np.concatenate([np.zeros((1, 2)), counts[::-1].cumsum(axis=0)])
    false, true = (reached / np.maximum(reached[-1], 1)).T
    return np.asarray(np.interp(_GRID, false, true))
