"""What decisions are worth: their expected cost, and how many of the highest scores are positives.

Both are set up by whoever decides, by prices or by how many rows can be worked on; so they are made here, and are no
keys of `MEASURES`. Sources: Elkan, "The Foundations of Cost-Sensitive Learning" (2001); for ties McSherry and Najork,
"Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores" (2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import BINARY, Anything, Booleans, Floats, divide
from mlops_validators.measures import Measure
from mlops_validators.weighted import Kernel, added_up, of_counts

if TYPE_CHECKING:
    from mlops_validators.answers import Answers
    from mlops_validators.arrays import Integers
    from mlops_validators.confusion import Counts

EXPECTED_COST, PRECISION_AT_K = "expected_cost", "precision_at_k"


@dataclass(frozen=True)
class Costs:
    """What a decision costs by what is true of the row, in any unit; what it gains is a cost below 0.

    >>> Costs(false_positive=1, false_negative=3).cheapest_threshold
    0.25
    """

    false_positive: float
    false_negative: float
    true_positive: float = 0.0
    true_negative: float = 0.0

    @property
    def cheapest_threshold(self) -> float | None:
        """From which probability on a positive answer is the cheaper one, where probabilities come true (Elkan, 2).

        None where a wrong answer is no dearer than the right one.
        """
        wrongly, missed = self.false_positive - self.true_negative, self.false_negative - self.true_positive
        return wrongly / (wrongly + missed) if wrongly > 0 and missed > 0 else None


def expected_cost(costs: Costs) -> Measure:
    """The mean cost of a decision by `threshold`; less is better.

    Raises:
        TypeError: its kernel is prepared without labels.

    Source: as the module.

    >>> expected_cost(Costs(1, 5))([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
    1.5
    """
    every = (costs.false_positive, costs.false_negative, costs.true_positive, costs.true_negative)

    def prepare(given: Answers, labels: Integers | None) -> Kernel:
        if labels is None:
            raise TypeError("a measure of counts needs labels")
        return of_counts(given.truth, labels, 2, partial(_cost, costs))

    def value(truth: Anything, labels: Anything, weights: Floats | None) -> float:
        return _once(of_counts(truth, labels, 2, partial(_cost, costs)), weights, len(truth))

    return Measure(EXPECTED_COST, (BINARY,), False, "label", min(every), max(every), value, prepare)


def cost_at(costs: Costs, y_true: Anything, y_score: Floats, weights: Floats | None, at: Floats) -> Floats:
    """The expected cost at each threshold of `at` (t,), any numbers; of truths 0 and 1 and scores (n,), checked.

    >>> truth, score = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.4, 0.9])
    >>> cost_at(Costs(1, 5), truth, score, None, np.array([0.0, 0.3, 2.0]))
    array([0.5 , 0.25, 2.5 ])
    """
    truth, score = y_true == 1, y_score
    order = np.argsort(score)
    weight = (np.ones(len(score)) if weights is None else weights)[order]
    positives = np.concatenate([[0.0], np.cumsum(weight * truth[order])])
    negatives = np.concatenate([[0.0], np.cumsum(weight * ~truth[order])])
    place = np.searchsorted(score[order], at, side="left")  # so many are below, and told negative
    told = (
        costs.false_negative * positives[place]
        + costs.true_negative * negatives[place]
        + costs.true_positive * (positives[-1] - positives[place])
        + costs.false_positive * (negatives[-1] - negatives[place])
    )
    return np.asarray(told / (positives[-1] + negatives[-1]))


def precision_at(k: float) -> Measure:
    """The share of positives among the k rows of the highest scores; more is better.

    Of rows that share the k-th score any may be among them: the mean over all orders of these is taken, which is the
    share of their positives for each place that is left. Weighted rows fill as much weight as k of the rows are of all.

    Args:
        k: a number of rows; below 1 a share of them, rounded up to whole rows.

    Raises:
        ValueError: k is not above 0, or from 1 on no whole number; called, that there are fewer rows than k.

    Source: as the module.

    >>> precision_at(2)([0, 1, 1, 0], [0.9, 0.8, 0.8, 0.1])
    0.5
    >>> precision_at(0.75)([0, 1, 0, 0], [0.9, 0.8, 0.8, 0.8]).__round__(3)
    0.222
    """
    if not k > 0 or (k >= 1 and k != int(k)):
        raise ValueError(f"`k` is {k}; it must be a whole number of rows, or a share of them below 1")

    def prepare(given: Answers, _: Integers | None) -> Kernel:
        return top_precision(given.truth == 1, given.score, _share(k, len(given.truth)))

    def value(truth: Anything, score: Anything, weights: Floats | None) -> float:
        return _once(top_precision(truth == 1, score, _share(k, len(truth))), weights, len(truth))

    return Measure(PRECISION_AT_K, (BINARY,), True, "score", 0, 1, value, prepare)


def top_precision(positive: Booleans, score: Floats, share: float) -> Kernel:
    """The share of positives within the highest `share` of the weight of rows (n,); ties as `precision_at` has them.

    >>> top_precision(np.array([True, False, True]), np.array([0.9, 0.5, 0.5]), 2 / 3)(np.array([[1, 1, 1], [0, 2, 1]]))
    array([0.75      , 0.33333333])
    """
    order = np.argsort(-score)
    ends = np.concatenate([[0], np.flatnonzero(np.diff(score[order])) + 1, [len(score)]])  # of rows of one score

    def value(weights: Anything) -> Floats:
        mass, hits = added_up(weights, order)[:, ends], added_up(weights * positive, order)[:, ends]
        wanted = share * mass[:, -1]
        place = np.minimum((mass[:, 1:] < wanted[:, None]).sum(axis=1), len(ends) - 2)
        line = np.arange(len(weights))
        before, found = mass[line, place], hits[line, place].astype(np.float64)
        part = np.nan_to_num(divide(wanted - before, (mass[line, place + 1] - before).astype(np.float64)))
        return divide(found + part * (hits[line, place + 1] - found), wanted)

    return value


def _share(k: float, rows: int) -> float:
    if k > rows:
        raise ValueError(f"{PRECISION_AT_K} is undefined on {rows:,} rows: the {k:,.0f} highest are asked for")
    return k / rows if k >= 1 else ceil(k * rows - 1e-9) / rows  # 0.07 of 100 rows are 7


def _once(kernel: Kernel, weights: Floats | None, rows: int) -> float:
    return float(kernel(np.ones((1, rows)) if weights is None else weights[None])[0])


def _cost(costs: Costs, counts: Counts) -> Floats:
    right, actual = counts.hits, counts.actual
    told = (
        costs.true_negative * right[:, 0]
        + costs.true_positive * right[:, 1]
        + costs.false_positive * (actual[:, 0] - right[:, 0])
        + costs.false_negative * (actual[:, 1] - right[:, 1])
    )
    return divide(told, actual.sum(axis=1))
