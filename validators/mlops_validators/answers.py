"""The truth and a model's answers as one checked value, and the labels decided from scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import (
    BINARY,
    CUSTOM,
    FORECASTING,
    GENERATION,
    MULTICLASS,
    MULTILABEL,
    RANKING,
    REGRESSION,
    Anything,
    Floats,
    Integers,
    Task,
    binary_labels,
    class_codes,
    label_matrix,
    label_probabilities,
    numbers,
    probabilities,
    same_length,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Answers:
    """Arrays that were checked: `truth` (n,), `score` (n,) or (n, k); of several labels or targets both are (n, k).

    Of forecasts `truth` may be (n, 6): the value first, then what was known of its series (see `forecasts`); where
    `score` (n, k) are quantiles it may be (n, 6 + 2 k). Of generation and of a custom task both are texts (n,).

    >>> Answers("binary-classification", np.array([0, 1]), np.array([0.2, 0.9])).classes
    2
    """

    task: Task
    truth: Anything
    score: Floats
    group: Integers | None = None
    """Code of the group that each row belongs to, (n,), where rows have one: of a ranking, the query."""
    weight: Floats | None = None
    """What each row counts, (n,), where that differs."""
    levels: tuple[float, ...] = ()
    """Of a forecast by quantiles: which the columns of `score` are, ascending; 0.5 is one of them."""

    @property
    def classes(self) -> int:
        """How many there are; two of a vector of probabilities."""
        return 2 if self.score.ndim == 1 else self.score.shape[1]

    @property
    def targets(self) -> list[Answers]:
        """Those of each target alone, (n,); of one target themselves.

        >>> Answers("regression", np.eye(2), np.zeros((2, 2))).targets[1].truth
        array([0., 1.])
        """
        if self.truth.ndim == 1 or self.score.ndim == 1 or self.levels:
            return [self]
        return [
            replace(self, truth=truth, score=score) for truth, score in zip(self.truth.T, self.score.T, strict=True)
        ]

    @property
    def actual(self) -> Anything:
        """The truth alone, without what stands beside it."""
        return self.truth[:, 0] if self.truth.ndim > (1 if self.levels else self.score.ndim) else self.truth

    @property
    def point(self) -> Floats:
        """The scores where a row has one; of quantiles the median, (n,).

        >>> Answers("forecasting", np.zeros(1), np.array([[1.0, 2.0, 4.0]]), levels=(0.1, 0.5, 0.9)).point
        array([2.])
        """
        return self.score[:, self.levels.index(MEDIAN)] if self.levels else self.score


def answers(
    y_true: ArrayLike, y_score: ArrayLike, tasks: tuple[Task, ...], measure: str, levels: tuple[float, ...] = ()
) -> Answers:
    """Checks both arrays for the task that they show: a matrix of scores is multiclass, of truths too of several labels
    or targets.

    Args:
        y_true: shape (n,) or (n, k), as `arrays` has it for the task.
        y_score: shape (n,) or (n, k).
        tasks: what the measure is for.
        measure: its name, for errors.
        levels: of a forecast by quantiles, which the columns of `y_score` are.

    Raises:
        ValueError: an array is malformed, or of another task.

    >>> answers([0, 1], [0.2, 0.9], ("binary-classification",), "roc_auc").task
    'binary-classification'
    >>> answers([0, 1], [[0.8, 0.2], [0.1, 0.9]], ("regression",), "r2")
    Traceback (most recent call last):
        ...
    ValueError: r2 is for regression; a matrix of scores is of a multiclass task
    """
    if levels:
        return _quantiles(y_true, y_score, levels)
    dimensions = np.ndim(y_score)
    if dimensions not in {1, 2}:
        raise ValueError(f"`y_score` has shape {np.shape(y_score)}; it must be (rows,), or (rows, classes)")
    shown = _MATRICES.get((np.ndim(y_true), dimensions), _VECTORS)
    fitting = tuple(task for task in tasks if task in shown)
    if not fitting:
        raise ValueError(f"{measure} is for {' and '.join(tasks)}; {_told(y_true, dimensions, tasks)}")
    return _READERS[fitting[0]](y_true, y_score)


_VECTORS: tuple[Task, ...] = (BINARY, REGRESSION, FORECASTING, RANKING, GENERATION, CUSTOM)
_MATRICES: dict[tuple[int, int], tuple[Task, ...]] = {
    (1, 2): (MULTICLASS,),
    (2, 2): (MULTILABEL, REGRESSION),
    (2, 1): (FORECASTING,),
}


def _told(y_true: ArrayLike, dimensions: int, tasks: tuple[Task, ...]) -> str:
    """What the shapes show instead of the task."""
    if MULTILABEL in tasks and np.ndim(y_true) == 1:
        return "truth and scores of several labels have shape (rows, labels)"
    if np.ndim(y_true) == 2:
        return "a matrix of truths is of several labels, or targets"
    return (
        "a matrix of scores is of a multiclass task"
        if dimensions == 2
        else ("multiclass scores have shape (rows, classes)")
    )


def decide(given: Answers, threshold: float) -> Integers:
    """Labels from scores, (n,) or (n, k): 1 from `threshold` on, or the most probable class (the first of equals).

    Raises:
        ValueError: the threshold of a binary task is not strictly between 0 and 1.

    >>> decide(answers([0, 1], [0.2, 0.9], ("binary-classification",), "f1"), 0.5)
    array([0, 1], dtype=int8)
    """
    if given.task == MULTICLASS:
        return np.asarray(given.score.argmax(axis=1), dtype=np.intp)
    if not 0 < threshold < 1:
        raise ValueError(f"`threshold` is {threshold}; it must lie between 0 and 1")
    return (given.score >= threshold).view(np.int8)


def _binary(y_true: ArrayLike, y_score: ArrayLike) -> Answers:
    truth, score = binary_labels("y_true", y_true), probabilities("y_score", y_score)
    same_length(y_true=truth, y_score=score)
    return Answers(BINARY, truth, score)


def _multiclass(y_true: ArrayLike, y_score: ArrayLike) -> Answers:
    score = probabilities("y_score", y_score, dimensions=(2,))
    if score.shape[1] < 2:
        raise ValueError("`y_score` has one column; it must have one for each of at least two classes")
    truth = class_codes("y_true", y_true, score.shape[1])
    same_length(y_true=truth, y_score=score)
    return Answers(MULTICLASS, truth, score)


def _regression(y_true: ArrayLike, y_score: ArrayLike) -> Answers:
    truth, score = (numbers(name, each, dimensions=(1, 2)) for name, each in (("y_true", y_true), ("y_score", y_score)))
    if same_length(y_true=truth, y_score=score) < 2:
        raise ValueError("one row says nothing about a regression; at least two are needed")
    if truth.shape != score.shape:
        raise ValueError(f"`y_true` has shape {truth.shape}, `y_score` has {score.shape}: one column for each target")
    return Answers(REGRESSION, truth, score)


def _multilabel(y_true: ArrayLike, y_score: ArrayLike) -> Answers:
    truth, score = label_matrix("y_true", y_true), label_probabilities("y_score", y_score)
    same_length(y_true=truth, y_score=score)
    if truth.shape != score.shape:
        raise ValueError(f"`y_true` has {truth.shape[1]} labels, `y_score` has {score.shape[1]}")
    if len(truth) < 2:
        raise ValueError("one row says nothing about several labels; at least two are needed")
    return Answers(MULTILABEL, truth, score)


def _forecasting(y_true: ArrayLike, y_score: ArrayLike) -> Answers:
    truth, score = numbers("y_true", y_true, dimensions=(1, 2)), numbers("y_score", y_score)
    if truth.ndim == 2 and truth.shape[1] != WIDTH:
        raise ValueError(f"`y_true` has shape {truth.shape}; of forecasts it is (rows,), or (rows, {WIDTH})")
    if same_length(y_true=truth, y_score=score) < 2:
        raise ValueError("one row says nothing about a forecast; at least two are needed")
    return Answers(FORECASTING, truth, score)


def _quantiles(y_true: ArrayLike, y_score: ArrayLike, levels: tuple[float, ...]) -> Answers:
    truth, score = numbers("y_true", y_true, dimensions=(1, 2)), numbers("y_score", y_score, dimensions=(2,))
    width = WIDTH + 2 * len(levels)
    if score.shape[1] != len(levels):
        raise ValueError(f"`y_score` has {score.shape[1]} columns for {len(levels)} quantiles")
    if truth.ndim == 2 and truth.shape[1] != width:
        raise ValueError(f"`y_true` has shape {truth.shape}; of {len(levels)} quantiles it is (rows,), or {width} wide")
    if same_length(y_true=truth, y_score=score) < 2:
        raise ValueError("one row says nothing about a forecast; at least two are needed")
    if crossed := int(np.count_nonzero((score[:, 1:] < score[:, :-1]).any(axis=1))):
        raise ValueError(f"`y_score` has {crossed} of {len(score)} rows whose quantiles cross: a lower one lies above")
    return Answers(FORECASTING, truth, score, levels=levels)


WIDTH = 6  # of a forecast's truth, with what was known of its series
MEDIAN = 0.5


def _ranking(y_true: ArrayLike, y_score: ArrayLike) -> Answers:
    truth, score = numbers("y_true", y_true), numbers("y_score", y_score)
    if same_length(y_true=truth, y_score=score) < 2:
        raise ValueError("one row says nothing about a ranking; at least two are needed")
    if below := int(np.count_nonzero(truth < 0)):
        raise ValueError(f"`y_true` has {below} of {len(truth)} values below 0: relevance is 0 or more")
    return Answers(RANKING, truth, score)


def _of_texts(task: Task, y_true: ArrayLike, y_score: ArrayLike) -> Answers:
    truth, score = texts("y_true", y_true), texts("y_score", y_score)
    if same_length(y_true=truth, y_score=score) < 2:
        raise ValueError("one row says nothing about a model; at least two are needed")
    return Answers(task, truth, score)


_READERS: dict[Task, Callable[[ArrayLike, ArrayLike], Answers]] = {
    GENERATION: partial(_of_texts, GENERATION),
    CUSTOM: partial(_of_texts, CUSTOM),
    RANKING: _ranking,
    MULTILABEL: _multilabel,
    BINARY: _binary,
    MULTICLASS: _multiclass,
    REGRESSION: _regression,
    FORECASTING: _forecasting,
}
