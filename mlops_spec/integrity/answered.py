"""The check of what answers were worth, bin by bin of their scores: of all test rows, and as the measures have it."""

from __future__ import annotations

from itertools import pairwise
from math import isclose
from typing import TYPE_CHECKING

from mlops_spec.integrity.measured import FILE
from mlops_spec.package.problem import Problem
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.integrity.shapes import AnsweredBins, Evaluation, Slice
    from mlops_spec.spec import Spec

_ROUNDED = 1e-6


def of_answered(spec: Spec, found: AnsweredBins | None, whole: Evaluation | Slice, field: str) -> Iterator[Problem]:
    """What is wrong with the bins at a field; `whole` has the number of rows and the measures of the same answers."""
    if found is None:
        return
    bins = len(found.rows)
    lengths = (len(found.edges) + 1, len(found.scores), len(found.told), len(found.squared) or bins)
    if set(lengths) != {bins} or found.edges != sorted(found.edges):
        yield Problem(FILE, field, "its lists are not of the same bins, in ascending order")
        return
    if sum(found.rows) != whole.rows:
        yield Problem(FILE, f"{field}.rows", f"do not add up to {whole.rows:,} rows")
    elif found.chosen and (not _of_largest(spec) or sum(found.chosen) != whole.rows):
        yield Problem(FILE, f"{field}.chosen", f"do not add up to {whole.rows:,} rows, each of one class of several")
    if found.stretches and (not TASKS[spec.task].ahead or min(found.stretches) < 0):
        yield Problem(FILE, f"{field}.stretches", "are distances of a forecast's stretches, none below 0")
    if not all(_within(score, found.edges, place) for place, score in enumerate(found.scores)):
        yield Problem(FILE, f"{field}.scores", "are not within the edges of their bins")
    yield from _of_hits(found, field) if _of_classes(spec) else _of_errors(found, field)
    if spec.data.weight is None:  # the bins count each row once
        yield from _beside_measures(spec, found, whole, field)


def of_uncertainty(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    """What is wrong with the calibration's uncertainty, which is o (1 - o) of the share o that came true."""
    found, bins = evaluation.calibration, evaluation.answered
    if found is None or found.uncertainty is None:
        return
    if not 0 <= found.uncertainty <= 0.25 + _ROUNDED:
        yield Problem(FILE, "calibration.uncertainty", f"is {found.uncertainty}, of a share it is 0 to 0.25")
    elif bins is not None and _of_classes(spec) and len(bins.told) == len(bins.rows):
        share = _mean(bins.told, bins.rows)
        if abs(share * (1 - share) - found.uncertainty) > _ROUNDED:
            said = f"is {found.uncertainty}, by the answered share of {share:.6g} it is {share * (1 - share):.6g}"
            yield Problem(FILE, "calibration.uncertainty", said)


def _of_classes(spec: Spec) -> bool:
    return TASKS[spec.task].of_classes and TASKS[spec.task].targets == "one"


def _of_largest(spec: Spec) -> bool:
    return TASKS[spec.task].decides == "largest"


def _within(score: float, edges: list[float], place: int) -> bool:
    """A score on an edge belongs above it, and a mean of equal scores may be off in its last digits."""
    apart = _ROUNDED * max(1.0, abs(score))
    return (place == 0 or score >= edges[place - 1] - apart) and (place == len(edges) or score <= edges[place] + apart)


def _of_hits(found: AnsweredBins, field: str) -> Iterator[Problem]:
    if found.squared or not all(-_ROUNDED <= each <= 1 + _ROUNDED for each in (*found.scores, *found.told)):
        yield Problem(FILE, field, "are no probabilities, each with the share of what came true")
    elif any(after < before - _ROUNDED for before, after in pairwise(found.told)):
        yield Problem(FILE, f"{field}.told", "falls: what came true is told as never falling with the score")


def _of_errors(found: AnsweredBins, field: str) -> Iterator[Problem]:
    """A mean of squares is not less than the square of the mean."""
    pairs = list(zip(found.told, found.squared, strict=False))
    if any(told < 0 or told**2 > squared * (1 + _ROUNDED) for told, squared in pairs) or not found.squared:
        yield Problem(FILE, field, "are no absolute errors beside their squares")


def _beside_measures(spec: Spec, found: AnsweredBins, whole: Evaluation | Slice, field: str) -> Iterator[Problem]:
    told, squared = (_mean(each, found.rows) for each in (found.told, found.squared))
    right = {"accuracy": told} if _of_largest(spec) else {}
    if not _of_classes(spec):
        right = {"mean_absolute_error": told, "mean_squared_error": squared, "root_mean_squared_error": squared**0.5}
    for name, value in right.items():
        mine = whole.measures.get(name)
        if (
            name not in spec.evaluate.own
            and mine
            and mine.value is not None
            and not isclose(mine.value, value, rel_tol=_ROUNDED)
        ):
            yield Problem(FILE, field, f"make {name} {value:.6g}, measured is {mine.value:.6g}")


def _mean(each: list[float], rows: list[int]) -> float:
    return sum(value * count for value, count in zip(each, rows, strict=False)) / max(sum(rows), 1)
