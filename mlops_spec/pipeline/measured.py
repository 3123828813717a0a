"""Measures with their intervals for some rows, and the metrics that a spec asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.pipeline.own_metric import own_measure
from mlops_spec.spec.evaluate import CustomMetric
from mlops_spec.spec.tasks import TASKS
from mlops_validators import (
    MEASURES,
    Costs,
    expected_cost,
    interval,
    intervals,
    precision_at,
    quantile_measure,
    ranking_measure,
)
from mlops_validators.decisions import EXPECTED_COST, PRECISION_AT_K

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec
    from mlops_validators import Interval, Measure


def measure_named(root: Path, spec: Spec, metric: str) -> Measure:
    """The measure of that name: one of the evidence's, as the spec sets it up, or the spec's own, from `src`.

    Raises ValueError when there is none.
    """
    found = _of_spec(root, spec, metric) or MEASURES.get(metric)
    if found is None:
        raise ValueError(f"there is no metric `{metric}`")
    return found


def _needs_references(spec: Spec, metric: str) -> bool:
    return not spec.data.targets and metric in TASKS[spec.task].metrics and metric not in spec.evaluate.own


def _of_spec(root: Path, spec: Spec, metric: str) -> Measure | None:
    if _needs_references(spec, metric):
        raise ValueError(f"{metric} holds answers against references, and there are none")
    if metric == EXPECTED_COST and spec.evaluate.cost is not None:
        return expected_cost(Costs(**spec.evaluate.cost.model_dump()))
    if metric == PRECISION_AT_K:
        return precision_at(spec.evaluate.k)
    if spec.data.quantiles and metric in TASKS[spec.task].metrics:
        return quantile_measure(metric, spec.data.quantiles)
    if TASKS[spec.task].by_query and metric in TASKS[spec.task].metrics:
        return ranking_measure(metric, spec.evaluate.k if isinstance(spec.evaluate.k, int) else None)
    for own in spec.evaluate.metrics:
        if isinstance(own, CustomMetric) and own.name == metric:
            found = own_measure(root, spec, own)
            return (
                replace(found, needs="quantiles", levels=tuple(spec.data.quantiles)) if spec.data.quantiles else found
            )
    return None


def options(spec: Spec) -> dict[str, Any]:
    """How intervals are made, as the spec has it."""
    evaluate = spec.evaluate
    return {
        "confidence": evaluate.confidence,
        "resamples": evaluate.resamples,
        "seed": spec.train.seed,
        "threshold": evaluate.threshold,
    }


def measure(root: Path, spec: Spec, metrics: list[str], answers: Answers) -> dict[str, dict[str, Any]]:
    """Each metric's value, interval and method; a metric that these rows don't define is null, with the reason, as are
    the ends where they can't say how far it is off."""
    asked = {metric: _asked(root, spec, metric) for metric in metrics}
    known = [each for each in asked.values() if not isinstance(each, ValueError)]
    found = iter(intervals(known, answers.truth, answers.score, **answers.design, **options(spec)))
    return {metric: _said(each if isinstance(each, ValueError) else next(found)) for metric, each in asked.items()}


def _asked(root: Path, spec: Spec, metric: str) -> Measure | str | ValueError:
    try:
        return _of_spec(root, spec, metric) or metric
    except ValueError as error:
        return error.with_traceback(None)


def _said(found: Interval | ValueError) -> dict[str, Any]:
    if isinstance(found, ValueError):
        return {"value": None, "low": None, "high": None, "reason": str(found)}
    ends = {name: finite(getattr(found, name)) for name in ("value", "low", "high")}
    return {**ends, "method": found.method, **({"reason": found.doubt} if found.doubt else {})}


def interval_of(root: Path, spec: Spec, metric: str, answers: Answers) -> Interval:
    """A metric with its interval; rows of one group are resampled together. Raises ValueError when undefined."""
    found = measure_named(root, spec, metric)
    return interval(found, answers.truth, answers.score, **answers.design, **options(spec))


def finite(value: float | None) -> float | None:
    """A number that JSON can hold, else None."""
    return float(value) if value is not None and np.isfinite(value) else None
