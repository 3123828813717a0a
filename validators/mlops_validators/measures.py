"""The measures by name: scikit-learn's, checked first and undefined rather than guessed.

`MEASURES` is the one list of names. Each value is a `Measure`: call it with the truth and the model's answers as the
predictor gives them, and it returns a float or raises ValueError. Where scikit-learn returns 0 with a warning because
a ratio has no denominator, a measure here is undefined and says so. What each computes, in which unit, is its
`formula`. Source: the functions of sklearn.metrics; of the calibration error `calibration`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mlops_validators import forecasts, generation
from mlops_validators.answers import Answers, answers, decide
from mlops_validators.arrays import (
    BINARY,
    FORECASTING,
    GENERATION,
    MULTICLASS,
    MULTILABEL,
    REGRESSION,
    Anything,
    Floats,
    Task,
    row_weights,
)
from mlops_validators.calibration import expected_calibration_error
from mlops_validators.formulas import FORMULAS
from mlops_validators.outcomes import (
    check_nonzero,
    check_varies,
    present,
    ranking_precision,
    squared_distance,
    top_label,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Function = Callable[[Anything, Anything, "Floats | None"], float]


@dataclass(frozen=True)
class Measure:
    """One measure: what it is for, which way is better, and how it is computed.

    >>> MEASURES["roc_auc"]([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    >>> MEASURES["recall"]([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], threshold=0.3)
    1.0
    """

    name: str
    tasks: tuple[Task, ...]
    higher_is_better: bool
    needs: Literal["score", "label", "history", "quantiles", "all"]
    """Whether it reads scores (of quantiles the median), the labels decided from them (by `threshold`, or the most
    probable class), with the scores all that stands beside the truth of a forecast, all quantiles, or both."""
    low: float
    """The least value possible."""
    high: float
    """The greatest value possible."""
    function: Function
    prepare: Callable[..., Callable[[Anything], Floats]] | None = None
    """Of a measure that is set up by a spec: from answers and labels its kernel (see `kernels`); others have theirs."""
    by_group: bool = False
    """Whether its kernel weighs groups of rows, such as queries, and not rows."""
    levels: tuple[float, ...] = ()
    """Of forecasts by quantiles (see `quantiles`), which the columns of the scores are."""
    distance: tuple[Measure, float] | None = None
    """Where it is how far another measure lies from a number: these two, whose interval tells its own."""

    @property
    def formula(self) -> str:
        """What it computes, in words; empty for a measure of your own.

        >>> MEASURES["precision"].formula
        'tp / (tp + fp)'
        """
        return FORMULAS.get(self.name, "")

    def __call__(
        self, y_true: ArrayLike, y_score: ArrayLike, *, weights: ArrayLike | None = None, threshold: float = 0.5
    ) -> float:
        """The measure's value.

        Args:
            y_true: shape (n,): 0 and 1, class codes 0 to k-1, or numbers; of several labels or targets (n, k).
            y_score: what the predictor gives: probability of 1 (n,), of each class or label (n, k), or values, as
                the truth has them.
            weights: of the rows, shape (n,); none negative.
            threshold: the score from which the answer of a binary task is 1.

        Raises:
            ValueError: an array is malformed, the task is not the measure's, or the measure is undefined on these rows.
        """
        given = self.checked(y_true, y_score)
        checked = None if weights is None else row_weights(weights, len(given.truth))
        if checked is not None and not (counts := checked > 0).all():  # the others may hold the only rows of a class
            given, checked = self.checked(given.truth[counts], given.score[counts]), checked[counts]
        return self.of(given, weights=checked, threshold=threshold)

    def checked(self, y_true: ArrayLike, y_score: ArrayLike) -> Answers:
        """The arrays as it takes them; raises ValueError as a call does, but for what is undefined.

        >>> MEASURES["wape"].checked([1, 2], [1, 1]).task
        'forecasting'
        """
        return answers(y_true, y_score, self.tasks, self.name, self.levels)

    def of(self, given: Answers, *, weights: Floats | None = None, threshold: float = 0.5) -> float:
        """The measure's value on arrays that are checked already."""
        whole = given.score if self.needs in ("quantiles", "all") else given.point
        read = decide(given, threshold) if self.needs == "label" else whole
        truth = given.truth if self.needs in ("history", "all") else given.actual
        value = float(self.function(truth, read, weights))
        if not isfinite(value):
            raise ValueError(f"{self.name} is undefined on these rows: it gives {value}")
        return value


def custom_measure(
    name: str, function: Callable[[Anything, Anything], float], *, task: Task, higher_is_better: bool
) -> Measure:
    """A measure of your own, which is treated like any other; its bootstrap calls it once per resample.

    Args:
        name: how it is called; not a key of `MEASURES`.
        function: (y_true, y_score) -> float, arrays as `Measure` takes them; ValueError where it is undefined.
        task: what it is for.
        higher_is_better: which way is better.

    Raises:
        ValueError: there is a measure of that name.

    >>> cost = custom_measure("cost", lambda y, p: float(((p < 0.3) & (y == 1)).mean()),
    ...     task="binary-classification", higher_is_better=False)
    >>> cost([0, 1, 1, 1], [0.1, 0.2, 0.8, 0.9])
    0.25
    """
    if name in MEASURES:
        raise ValueError(f"`{name}` is a measure already")
    return Measure(name, (task,), higher_is_better, "score", -inf, inf, lambda truth, read, _: function(truth, read))


def _by_scikit_learn(name: str, *arrays: Anything, **options: Any) -> float:
    """A function of `sklearn.metrics`, imported at the first call: most verdicts need none, and it takes a second."""
    return float(getattr(import_module("sklearn.metrics"), name)(*arrays, **options))


def _scikit_learn(name: str, **options: Any) -> Function:
    def measure(truth: Anything, read: Anything, weights: Floats | None) -> float:
        return _by_scikit_learn(name, truth, read, sample_weight=weights, **options)

    return measure


def _ratio(name: str) -> Function:
    """A ratio of counts: without a denominator it is undefined, where scikit-learn warns and says 0."""
    return _scikit_learn(name, average="binary", zero_division=np.nan)


def _mean_ratio(name: str, average: str) -> Function:
    """A mean of ratios over classes: a class without a denominator counts as 0, never as absent."""
    return _scikit_learn(name, average=average, zero_division=0.0)


def _of_all_labels(name: str) -> Function:
    """A ratio of the counts of all labels together; undefined without a denominator."""
    return _scikit_learn(name, average="micro", zero_division=np.nan)


def _ranking(truth: Anything, read: Anything, weights: Floats | None) -> float:
    return float(np.average(ranking_precision(truth, read), weights=weights))


def _balanced_accuracy(truth: Anything, read: Anything, weights: Floats | None) -> float:
    present_ones = {"labels": np.unique(truth), "average": "macro", "zero_division": np.nan}
    return _by_scikit_learn("recall_score", truth, read, sample_weight=weights, **present_ones)


def _log_loss(truth: Anything, read: Anything, weights: Floats | None) -> float:
    labels = np.arange(2 if read.ndim == 1 else read.shape[1])
    return _by_scikit_learn("log_loss", truth, read, sample_weight=weights, labels=labels)


def _brier_score(truth: Anything, read: Anything, weights: Floats | None) -> float:
    return float(np.average(squared_distance(truth, read), weights=weights))


def _calibration(truth: Anything, read: Anything, weights: Floats | None) -> float:
    if read.ndim == 1:
        return expected_calibration_error(truth, read, weights=weights)
    hit, confidence = top_label(truth, read)
    return expected_calibration_error(hit, confidence, weights=weights)


def _roc_auc_ovr(truth: Anything, read: Anything, weights: Floats | None) -> float:
    area = partial(_by_scikit_learn, "roc_auc_score", sample_weight=weights)
    return float(np.mean([area(truth == k, read[:, k]) for k in present(truth, read)]))


def _percentage(truth: Anything, read: Anything, weights: Floats | None) -> float:
    """Where scikit-learn takes the rounding error of 1 for a truth nearer to 0, this is the formula, as resampled."""
    check_nonzero(truth)
    return float(np.mean(np.average(np.abs((truth - read) / truth), weights=weights, axis=0)))


def _by_kernel(task: Task, prepare: Callable[[Answers, None], Callable[[Anything], Floats]]) -> Function:
    def measure(truth: Anything, read: Anything, weights: Floats | None) -> float:
        found = prepare(Answers(task, truth, read), None)
        return float(found(np.ones((1, len(read))) if weights is None else weights[None])[0])

    return measure


def _explained(name: str) -> Function:
    def measure(truth: Anything, read: Anything, weights: Floats | None) -> float:
        check_varies(truth)
        return _by_scikit_learn(name, truth, read, sample_weight=weights)

    return measure


def _worst(one: Measure) -> Measure:
    """The same measure, of the worst of several targets."""

    def measure(truth: Anything, read: Anything, weights: Floats | None) -> float:
        pairs = zip(np.atleast_2d(truth.T), np.atleast_2d(read.T), strict=True)
        return (min if one.higher_is_better else max)(one.function(*pair, weights) for pair in pairs)

    return replace(one, name=f"{one.name}{WORST}", tasks=(REGRESSION,), function=measure)


WORST = "_worst"  # ends the name of a measure of the worst target
_CLASSES: tuple[Task, ...] = (BINARY, MULTICLASS)
_NUMBERS: tuple[Task, ...] = (REGRESSION, FORECASTING)
_UNIT = (0.0, 1.0)


def _all() -> tuple[Measure, ...]:
    return (
        Measure("roc_auc", (BINARY,), True, "score", *_UNIT, _scikit_learn("roc_auc_score")),
        Measure("average_precision", (BINARY,), True, "score", *_UNIT, _scikit_learn("average_precision_score")),
        Measure("brier_score", _CLASSES, False, "score", 0, 2, _brier_score),
        Measure("log_loss", _CLASSES, False, "score", 0, inf, _log_loss),
        Measure("expected_calibration_error", _CLASSES, False, "score", *_UNIT, _calibration),
        Measure("accuracy", _CLASSES, True, "label", *_UNIT, _scikit_learn("accuracy_score")),
        Measure("balanced_accuracy", _CLASSES, True, "label", *_UNIT, _balanced_accuracy),
        Measure("matthews_corrcoef", _CLASSES, True, "label", -1, 1, _scikit_learn("matthews_corrcoef")),
        Measure("f1", (BINARY,), True, "label", *_UNIT, _ratio("f1_score")),
        Measure("precision", (BINARY,), True, "label", *_UNIT, _ratio("precision_score")),
        Measure("recall", (BINARY,), True, "label", *_UNIT, _ratio("recall_score")),
        Measure("roc_auc_ovr", (MULTICLASS,), True, "score", *_UNIT, _roc_auc_ovr),
        Measure("f1_macro", (MULTICLASS, MULTILABEL), True, "label", *_UNIT, _mean_ratio("f1_score", "macro")),
        Measure("f1_weighted", (MULTICLASS,), True, "label", *_UNIT, _mean_ratio("f1_score", "weighted")),
        Measure(
            "precision_macro", (MULTICLASS, MULTILABEL), True, "label", *_UNIT, _mean_ratio("precision_score", "macro")
        ),
        Measure("recall_macro", (MULTICLASS, MULTILABEL), True, "label", *_UNIT, _mean_ratio("recall_score", "macro")),
        Measure("f1_micro", (MULTILABEL,), True, "label", *_UNIT, _of_all_labels("f1_score")),
        Measure("precision_micro", (MULTILABEL,), True, "label", *_UNIT, _of_all_labels("precision_score")),
        Measure("recall_micro", (MULTILABEL,), True, "label", *_UNIT, _of_all_labels("recall_score")),
        Measure("hamming_loss", (MULTILABEL,), False, "label", *_UNIT, _scikit_learn("hamming_loss")),
        Measure("label_ranking_average_precision", (MULTILABEL,), True, "score", *_UNIT, _ranking),
    )


def _of_numbers() -> tuple[Measure, ...]:
    """Of several targets the mean over them, as scikit-learn's `uniform_average`."""
    return (
        Measure("r2", (REGRESSION,), True, "score", -inf, 1, _explained("r2_score")),
        Measure("explained_variance", (REGRESSION,), True, "score", -inf, 1, _explained("explained_variance_score")),
        Measure("mean_absolute_error", _NUMBERS, False, "score", 0, inf, _scikit_learn("mean_absolute_error")),
        Measure("mean_squared_error", _NUMBERS, False, "score", 0, inf, _scikit_learn("mean_squared_error")),
        Measure(
            "root_mean_squared_error",
            _NUMBERS,
            False,
            "score",
            0,
            inf,
            _scikit_learn("root_mean_squared_error"),
        ),
        Measure("median_absolute_error", _NUMBERS, False, "score", 0, inf, _scikit_learn("median_absolute_error")),
        Measure("mean_absolute_percentage_error", (REGRESSION,), False, "score", 0, inf, _percentage),
    )


def _of_series() -> tuple[Measure, ...]:
    return tuple(
        Measure(name, (FORECASTING,), higher, "history", low, high, _by_kernel(FORECASTING, forecasts.KERNELS[name]))
        for name, higher, low, high in (
            ("mase", False, 0, inf),
            ("rmsse", False, 0, inf),
            ("wape", False, 0, inf),
            ("smape", False, 0, 2),
            ("skill_naive", True, -inf, 1),
            ("skill_seasonal_naive", True, -inf, 1),
        )
    )


def _of_texts() -> tuple[Measure, ...]:
    return tuple(
        Measure(name, (GENERATION,), True, "score", *_UNIT, _by_kernel(GENERATION, prepare))
        for name, prepare in generation.KERNELS.items()
    )


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (*_all(), *_of_numbers(), *map(_worst, _of_numbers()), *_of_series(), *_of_texts())
}
