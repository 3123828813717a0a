"""Answers made worse: shuffled, constant or inverted, some of them no numbers, or only a few."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.spec.data import MEDIAN

if TYPE_CHECKING:
    from mlops_spec.pipeline.answers import Answers

Damage = Callable[["Answers", np.random.Generator], np.ndarray]

_FEW = 5
_TEMPERATURE = 10.0


def shuffled(answers: Answers, draw: np.random.Generator) -> np.ndarray:
    """The scores in another order than the labels: a model that knows nothing."""
    return answers.score[draw.permutation(len(answers.score))]


def constant(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """One answer for all rows, and the best one: the mean or quantiles of the truth, or how frequent each class is."""
    if answers.levels:
        return np.tile(np.quantile(answers.actual, answers.levels), (len(answers.score), 1))
    if answers.score.ndim == answers.actual.ndim:
        return np.broadcast_to(answers.actual.mean(axis=0), answers.score.shape).copy()
    shares = np.bincount(answers.truth, minlength=answers.score.shape[1]) / len(answers.truth)
    return np.tile(shares, (len(answers.truth), 1))


def exchanged(answers: Answers, draw: np.random.Generator) -> np.ndarray:
    """Of texts: each row has the answer of another, and another answer, as far as there are that many.

    From half way along their order: texts that begin alike, such as records of one city, lie next to each other.
    """
    mixed = draw.permutation(len(answers.score))
    alike = mixed[np.argsort(answers.score[mixed], kind="stable")]
    _, counts = np.unique(answers.score, return_counts=True)
    score = np.empty_like(answers.score)
    score[alike] = answers.score[np.roll(alike, max(counts.max(initial=0), len(alike) // 2))]
    return score


def most_frequent(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """Of texts: one answer for all rows, that which most have."""
    texts, counts = np.unique(answers.score, return_counts=True)
    return np.full(len(answers.score), texts[counts.argmax()], dtype=object)


def usual_reference(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """Of texts: one answer for all rows, the reference that most have."""
    texts, counts = np.unique(answers.truth, return_counts=True)
    return np.full(len(answers.score), texts[counts.argmax()], dtype=object)


def emptied(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """Of texts: all of them empty."""
    return np.full(len(answers.score), "", dtype=object)


def cut_off(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """Of texts: the first quarter of each."""
    return np.array([text[: len(text) // 4] for text in answers.score], dtype=object)


def unfit(value: object) -> Damage:
    """One answer of a hundred, and at least one, is `value`, which no answer may be."""

    def spoil(answers: Answers, _: np.random.Generator) -> np.ndarray:
        score = answers.score.copy()
        score[::100] = value
        return score

    return spoil


def moved_on(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """Of several targets or labels: the answer for each stands where that for the next belongs."""
    return np.roll(answers.score, 1, axis=1)


def certain(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """One answer for all rows, which is certain of the rarest class: what calibration must notice."""
    if answers.score.ndim == 1:
        return np.full(len(answers.truth), float(answers.truth.mean() < 0.5))
    counts = np.bincount(answers.truth, minlength=answers.score.shape[1])
    return np.tile(np.eye(len(counts))[counts.argmin()], (len(answers.truth), 1))


def inverted(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """High where it was low: 1 - p, the rest of each row shared out anew, or values mirrored at their mean."""
    score = answers.score
    if answers.levels:
        return np.asarray(2 * answers.actual.mean() - score[:, ::-1])
    if score.ndim == 2 and answers.truth.ndim == 1:
        return np.asarray((1 - score) / (score.shape[1] - 1))
    binary = answers.truth.dtype.kind in "iub"
    return np.asarray((1 if binary else 2 * answers.actual.mean(axis=0)) - score)


def miscalibrated(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """The rows in the same order, but ten times too sure or ten times too unsure, whichever is farther off."""
    several = answers.score.ndim == 2
    score = answers.score if several else np.column_stack([1 - answers.score, answers.score])
    powers = [np.clip(score, 1e-6, 1) ** power for power in (_TEMPERATURE, 1 / _TEMPERATURE)]
    told = [power / power.sum(axis=1, keepdims=True) for power in powers]
    right = (score.argmax(axis=1) == answers.truth).mean()
    worse = max(told, key=lambda each: abs(each.max(axis=1).mean() - right))
    return np.asarray(worse if several else worse[:, 1])


def spoiled(value: float) -> Damage:
    """One answer of a hundred, and at least one, is `value`: NaN or an infinity."""

    def spoil(answers: Answers, _: np.random.Generator) -> np.ndarray:
        score = answers.score.astype(np.float64, copy=True)
        score[::100] = value
        return score

    return spoil


def collapsed(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """All quantiles at the forecast, as if it were sure."""
    return np.repeat(answers.point.score[:, None], len(answers.levels), axis=1)


def very_wide(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """Quantiles so far from the forecast that nothing lies outside."""
    far = np.ptp(np.concatenate([answers.actual, answers.score.ravel()])) or 1.0
    return np.asarray(answers.score + far * np.sign(np.asarray(answers.levels) - MEDIAN))


def moved_up(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """All quantiles higher, by as much as the outer ones lie apart."""
    return np.asarray(answers.score + (answers.score[:, -1] - answers.score[:, 0]).mean())


def crossed(answers: Answers, _: np.random.Generator) -> np.ndarray:
    """In one row of a hundred, and at least one, the lowest quantile lies above the highest."""
    score = answers.score.astype(np.float64, copy=True)
    score[::100, 0] = score[::100, -1] + 1
    return score


def few(answers: Answers) -> np.ndarray:
    """Positions of a handful of rows, of two classes: too few to say anything."""
    if answers.truth.dtype.kind not in "iub" or answers.truth.ndim == 2:
        return np.arange(min(_FEW, len(answers.truth)))
    each = [np.flatnonzero(answers.truth == code)[:_FEW] for code in np.unique(answers.truth)[:2]]
    return np.sort(np.concatenate(each))
