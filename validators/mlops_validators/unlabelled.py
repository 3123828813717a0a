"""What a measure must be on rows without labels, as far as their scores tell, from what the test rows said of scores.

Of a class the share of positives is known for every score (confidence-based performance estimation): each row counts as
a positive with that weight and as a negative with the rest, and any measure is taken of both. Of several classes it is
the share of right answers for every probability of the chosen class, whose mean is the accuracy. Of a number it is how
far off answers like it were (direct loss estimation, by the answer alone).

So it sees that rows have come for which answers are less sure. It can't see that what was true of a score is no longer:
concept drift, which only labels show.

Source: NannyML, "Confidence-based Performance Estimation" and "Direct Loss Estimation"; for the shares' order Ayer et
al., "An Empirical Distribution Function for Sampling with Incomplete Information" (1955).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import isotonic_regression

from mlops_validators.answers import answers
from mlops_validators.arrays import (
    BINARY,
    MULTICLASS,
    MULTILABEL,
    REGRESSION,
    Task,
    numbers,
    probabilities,
    same_length,
)
from mlops_validators.interval import Interval
from mlops_validators.intervals import estimate, named
from mlops_validators.outcomes import top_label

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Floats, Integers

LOSSES = ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error")
_ROWS_A_BIN, _FEWEST_BINS, _MOST_BINS = 100, 5, 50
_DRAWS, _MOST = 200, 10_000


@dataclass(frozen=True)
class Answered:
    """What the answers to labelled rows were worth, bin by bin of their scores, ascending; each (k,).

    >>> answered([0, 0, 1, 1] * 50, [0.1, 0.2, 0.7, 0.9] * 50, "binary-classification").told[-1]
    1.0
    """

    edges: tuple[float, ...]
    """Inner edges, (k - 1,); a score on an edge belongs above it."""
    rows: tuple[int, ...]
    scores: tuple[float, ...]
    """Mean score."""
    told: tuple[float, ...]
    """Share of positives, never falling; of numbers the mean absolute error."""
    squared: tuple[float, ...]
    """Of numbers the mean squared error; of classes empty."""
    chosen: tuple[int, ...] = ()
    """Of several classes how many rows each was the answer to; scores and told are the answer's."""
    stretches: tuple[float, ...] = ()
    """Of forecasts how far the answers of each stretch of time lay from all of them, as population stability index."""


def answered(y_true: ArrayLike, y_score: ArrayLike, task: Task) -> Answered:
    """What the test rows tell of scores.

    Args:
        y_true: shape (n,): 0 and 1, class codes, or numbers; of several labels (n, k), whose row means are told.
        y_score: shape (n,) or (n, k).
        task: which answers they are.

    Raises:
        ValueError: the arrays are malformed.

    >>> answered([0, 0, 1, 1] * 50, [0.1, 0.2, 0.7, 0.9] * 50, "binary-classification").told[0]
    0.0
    """
    if task == MULTILABEL:
        given = answers(y_true, y_score, (MULTILABEL,), "hamming_loss")
        return answered(given.truth.mean(axis=1), given.score.mean(axis=1), REGRESSION)
    if task == MULTICLASS:
        given = answers(y_true, y_score, (MULTICLASS,), "accuracy")
        hit, confidence = top_label(given.truth, given.score)
        chosen = np.bincount(given.score.argmax(axis=1), minlength=given.classes)
        return replace(answered(hit, confidence, BINARY), chosen=tuple(chosen.tolist()))
    truth, score = numbers("y_true", y_true), numbers("y_score", y_score)
    bins = min(max(same_length(y_true=truth, y_score=score) // _ROWS_A_BIN, _FEWEST_BINS), _MOST_BINS)
    edges = np.unique(np.quantile(score, np.arange(1, bins) / bins))
    edges = edges[edges > score.min()]
    rows, place = rows_in(edges, score), np.searchsorted(edges, score, side="right")
    means, told, squared = (
        np.bincount(place, weights=each, minlength=len(rows)) / rows
        for each in (score, truth if task == BINARY else np.abs(truth - score), (truth - score) ** 2)
    )
    if task == BINARY:
        told = isotonic_regression(told, weights=rows).x
    return Answered(
        edges=tuple(edges.tolist()),
        rows=tuple(rows.tolist()),
        scores=tuple(means.tolist()),
        told=tuple(told.tolist()),
        squared=() if task == BINARY else tuple(squared.tolist()),
    )


def rows_in(edges: ArrayLike, score: Floats) -> Integers:
    """How many of the scores (n,) fall into each bin, shape (len(edges) + 1,).

    >>> rows_in([0.5], np.array([0.1, 0.5, 0.9]))
    array([1, 2])
    """
    inner = np.asarray(edges, dtype=np.float64)
    return np.bincount(np.searchsorted(inner, score, side="right"), minlength=len(inner) + 1)


def estimated(measure: str, y_score: ArrayLike, known: Answered, *, threshold: float = 0.5, seed: int = 0) -> Interval:
    """A measure of rows without labels, and how far labels drawn as their scores tell would spread it.

    Better in the direction that the measure has.

    Args:
        measure: of `MEASURES`; of numbers one of `LOSSES`, of several classes `accuracy`.
        y_score: shape (n,) or (n, k); the spread of more than 10,000 rows is of 10,000, put right for their number.
        known: what `answered` told.
        threshold: score from which the answer is positive.
        seed: of the drawn labels.

    Raises:
        ValueError: nothing is known of the measure, or it is undefined on these rows.

    Source: as the module.

    >>> known = answered([0, 0, 1, 1] * 50, [0.1, 0.2, 0.7, 0.9] * 50, "binary-classification")
    >>> estimated("accuracy", [0.1, 0.9] * 100, known).value
    1.0
    """
    if known.chosen:
        return _expected_accuracy(measure, probabilities("y_score", y_score, dimensions=(2,)), known)
    score = numbers("y_score", y_score)
    if known.squared:
        return _expected_loss(measure, score, known)
    if BINARY not in named(measure).tasks:
        raise ValueError(f"`{measure}` is no measure of two classes")
    share = np.interp(score, known.scores, known.told)
    both = np.repeat([1, 0], len(score)), np.tile(score, 2), np.concatenate([share, 1 - share])
    held = both[2] > 0
    value = estimate(measure, both[0][held], both[1][held], weights=both[2][held], threshold=threshold)
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(score))[:_MOST]
    drawn = [
        estimate(measure, (rng.random(len(some)) < share[some]).astype(int), score[some], threshold=threshold)
        for _ in range(_DRAWS)
    ]
    spread = 1.96 * float(np.std(drawn)) * np.sqrt(len(some) / len(score))
    return Interval(value, value - spread, value + spread, "estimated without labels")


def _expected_accuracy(measure: str, score: Floats, known: Answered) -> Interval:
    if measure != "accuracy":
        raise ValueError(f"of several classes only accuracy is estimated, not `{measure}`")
    share = np.interp(score.max(axis=1), known.scores, known.told)
    value, spread = float(share.mean()), 1.96 * float(np.sqrt((share * (1 - share)).mean() / len(share)))
    return Interval(value, max(value - spread, 0.0), min(value + spread, 1.0), "estimated without labels")


def _expected_loss(measure: str, score: Floats, known: Answered) -> Interval:
    if measure not in LOSSES:
        raise ValueError(f"of numbers only {', '.join(LOSSES)} are estimated, not `{measure}`")
    off, squared = (np.interp(score, known.scores, each) for each in (known.told, known.squared))
    if measure == "mean_absolute_error":
        value, spread = float(off.mean()), np.sqrt(np.maximum(squared - off**2, 0).mean() / len(score))
        return Interval(value, value - 1.96 * spread, value + 1.96 * spread, "estimated without labels")
    value, spread = float(squared.mean()), np.sqrt(2 * (squared**2).mean() / len(score))
    ends = np.maximum([value, value - 1.96 * spread, value + 1.96 * spread], 0)
    value, low, high = (np.sqrt(ends) if measure == "root_mean_squared_error" else ends).tolist()
    return Interval(value, low, high, "estimated without labels")
