"""The check of slices: the columns that the spec cuts by, parts that add up, and means that are those of all rows."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING

from mlops_spec.integrity.measured import FILE, of_measures
from mlops_spec.package.problem import Problem
from mlops_spec.spec.measures import measured, sliced
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.integrity.shapes import Evaluation, Slice
    from mlops_spec.spec import Spec

# Measures that are the mean of a number of each row, whichever other rows there are.
_MEANS = frozenset(
    {
        "accuracy",
        "brier_score",
        "log_loss",
        "hamming_loss",
        "expected_cost",
        "mean_absolute_error",
        "mean_squared_error",
        "mean_pinball_loss",
        "coverage",
        "exact_match",
        "exact_match_normalized",
        "token_f1",
        "chrf_mean",
        "rouge_l",
    }
)


def of_slices(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    """What is wrong with the section `slices`."""
    columns = sliced(spec)
    if differing := sorted(evaluation.slices.keys() ^ set(columns)):
        yield Problem(FILE, f"slices.{differing[0]}", "is missing, or no column that the spec slices by")
    for column, parts in evaluation.slices.items():
        if sum(part.rows for part in parts.values()) != evaluation.rows:
            yield Problem(FILE, f"slices.{column}", f"its slices do not add up to {evaluation.rows:,} rows")
        elif spec.data.weight is None and not TASKS[spec.task].by_query:
            yield from _of_means(spec, evaluation, column, parts)
        for value, part in parts.items():
            yield from of_measures(spec, part.measures, f"slices.{column}.{value}.measures", measured(spec))


def _of_means(spec: Spec, evaluation: Evaluation, column: str, parts: Mapping[str, Slice]) -> Iterator[Problem]:
    for name, whole in evaluation.measures.items():
        each = [(part.rows, part.measures[name].value) for part in parts.values() if name in part.measures]
        known = [(rows, value) for rows, value in each if value is not None]
        if not _is_mean(spec, name) or whole.value is None or not known or len(known) < len(parts):
            continue
        right = sum(rows * value for rows, value in known) / evaluation.rows
        if not isclose(whole.value, right, rel_tol=1e-6, abs_tol=1e-9):
            yield Problem(FILE, f"measures.{name}", f"is {whole.value}, its slices by {column} make it {right:.6g}")


def _is_mean(spec: Spec, metric: str) -> bool:
    own = spec.evaluate.own.get(metric)
    return metric in _MEANS if own is None else own.per == "row"
