"""The simple models that a candidate has to beat: a constant, and a linear one on the same features.

They are fitted to training rows and answer the test rows as a predictor would.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlops_spec.spec.simple_kinds import SimpleKind

_PART = 2**16  # rows that are encoded at a time
_MOST_VALUES = 20  # of a text
_GREATEST = 1e100  # number whose squares have a sum; more of it counts as missing
_NEWTON = 300  # coefficients up to which Newton's steps are the cheapest


@dataclass(frozen=True)
class Known:
    """Training rows: the features alone, `truth` (n,) or (n, k) as the evidence takes it, and what each row counts."""

    features: pd.DataFrame
    truth: np.ndarray
    weights: np.ndarray | None

    @property
    def numbers(self) -> bool:
        """Whether the truth is numbers; else it is codes."""
        return self.truth.dtype.kind == "f"


@dataclass(frozen=True)
class Simple:
    """Answers for the test rows, shaped as a predictor's; `middle` is the constant for absolute errors of numbers."""

    kind: SimpleKind
    constant: np.ndarray
    middle: np.ndarray
    linear: np.ndarray


def simple_of(known: Known, test: pd.DataFrame, classes: int) -> Simple:
    """Fits both and asks them; `classes` is the number of classes or labels, of no account for numbers.

    Raises:
        ValueError: no feature is a number or a text, or the rows hold one class only.
    """
    columns = {str(name): shown for name in known.features if (shown := _encoder(known.features[name]))}
    if not columns:
        raise ValueError("no feature is a number or a text")
    inputs = _encoded(known.features, columns)
    answer = _fitted(known, inputs, classes)
    parts = [test.iloc[start : start + _PART] for start in range(0, len(test), _PART)]
    linear = np.concatenate([answer(_encoded(part, columns)) for part in parts])
    constant, middle = _best_constants(known, classes)
    kind: SimpleKind = "ridge regression" if known.numbers else "logistic regression"
    return Simple(kind, _for_every_row(constant, test), _for_every_row(middle, test), linear)


def _fitted(known: Known, inputs: np.ndarray, classes: int) -> Callable[[np.ndarray], np.ndarray]:
    if known.numbers:
        return _of_numbers(known, inputs)
    if known.truth.ndim == 1:
        return _of_classes(known, inputs, classes)
    labels = [_of_classes(replace(known, truth=label), inputs, 2) for label in known.truth.T]
    return lambda rows: np.column_stack([label(rows) for label in labels])


def _for_every_row(answer: np.ndarray, test: pd.DataFrame) -> np.ndarray:
    return np.broadcast_to(answer, (len(test), *answer.shape))


def _of_classes(known: Known, inputs: np.ndarray, classes: int) -> Callable[[np.ndarray], np.ndarray]:
    newton = inputs.shape[1] * classes <= _NEWTON
    model = LogisticRegression(solver="newton-cholesky" if newton else "lbfgs", max_iter=100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # nearly there is as simple, and as good
        model.fit(inputs, known.truth, sample_weight=known.weights)

    def answer(rows: np.ndarray) -> np.ndarray:
        told = np.zeros((len(rows), classes))
        told[:, model.classes_] = model.predict_proba(rows)
        return told[:, 1] if classes == 2 else told

    return answer


def _of_numbers(known: Known, inputs: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    model = Ridge().fit(inputs, known.truth, sample_weight=known.weights)
    return lambda rows: np.asarray(model.predict(rows))


def _best_constants(known: Known, classes: int) -> tuple[np.ndarray, np.ndarray]:
    if known.numbers:
        mean = np.average(known.truth, axis=0, weights=known.weights)
        return np.asarray(mean), np.asarray(np.median(known.truth, axis=0))
    if known.truth.ndim == 2:
        had = np.average(known.truth, axis=0, weights=known.weights)
        return had, had
    shares = np.bincount(known.truth, weights=known.weights, minlength=classes) / np.sum(
        np.ones(len(known.truth)) if known.weights is None else known.weights
    )
    constant = shares[1] if classes == 2 else shares
    return np.asarray(constant), np.asarray(constant)


def _encoder(column: pd.Series) -> Callable[[pd.Series], np.ndarray] | None:
    """How a column is shown to the linear model, (n, k); times are not, nor are texts that are all missing.

    A number by its deviations, a missing one as the mean; a text by a one at its value, if that is a frequent one.
    """
    if pd.api.types.is_numeric_dtype(column):
        values = _numbers(column)
        known = values[~np.isnan(values)]
        mean, spread = (known.mean(), known.std()) if len(known) else (0.0, 0.0)
        return lambda rows: np.nan_to_num((_numbers(rows) - mean) / (spread or 1.0))[:, None]
    kept = [] if column.dtype.kind in "Mm" else column.value_counts().index[:_MOST_VALUES].tolist()
    ones = np.eye(len(kept) + 1, len(kept))  # the last is of other values
    return (lambda rows: ones[pd.Index(kept, dtype=object).get_indexer(rows.astype(object))]) if kept else None


def _encoded(rows: pd.DataFrame, columns: Mapping[str, Callable[[pd.Series], np.ndarray]]) -> np.ndarray:
    return np.concatenate([shown(rows[name]) for name, shown in columns.items()], axis=1)


def _numbers(column: pd.Series) -> np.ndarray:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.abs(values) < _GREATEST, values, np.nan)
