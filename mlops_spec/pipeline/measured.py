"""Measures with their intervals for some rows, and the metrics that a spec asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.errors import Exit, Failure
from mlops_spec.predictor.entry_point import import_function
from mlops_spec.spec.evaluate import CustomMetric
from mlops_spec.spec.metrics import METRICS
from mlops_validators import Interval, interval

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec

# What is measured where a spec names nothing.
_USUAL = {
    "binary-classification": ("roc_auc", "average_precision", "brier_score", "expected_calibration_error"),
    "multiclass-classification": ("roc_auc_ovr", "accuracy", "f1_macro", "log_loss"),
    "regression": ("r2", "mean_absolute_error", "root_mean_squared_error"),
}


def metrics_of(spec: Spec) -> list[str]:
    """The metrics to measure: those that `evaluate` names (else the task's usual ones), then those of the gates."""
    named = [metric if isinstance(metric, str) else metric.name for metric in spec.evaluate.metrics]
    gates = [gate.metric for gate in spec.gates if hasattr(gate, "metric")]
    return list(dict.fromkeys([*(named or _USUAL[spec.task]), *gates]))


def higher_is_better(spec: Spec, metric: str) -> bool:
    """Which way a metric is better."""
    own = custom_metric(spec, metric)
    return own.direction == "higher" if own else METRICS[metric].higher_is_better


def custom_metric(spec: Spec, metric: str) -> CustomMetric | None:
    """The spec's own metric of that name, or None."""
    return next((own for own in spec.evaluate.metrics if isinstance(own, CustomMetric) and own.name == metric), None)


def measure(root: Path, spec: Spec, metrics: list[str], answers: Answers) -> dict[str, dict[str, Any]]:
    """Each metric's value, interval and method; a metric that these rows don't define is null, with the reason."""
    return {metric: _measured(root, spec, metric, answers) for metric in metrics}


def _measured(root: Path, spec: Spec, metric: str, answers: Answers) -> dict[str, Any]:
    try:
        found = interval_of(root, spec, metric, answers)
    except ValueError as error:
        return {"value": None, "low": None, "high": None, "reason": str(error)}
    return {"value": finite(found.value), "low": finite(found.low), "high": finite(found.high), "method": found.method}


def interval_of(root: Path, spec: Spec, metric: str, answers: Answers) -> Interval:
    """A metric with its interval, by the spec's confidence, resamples and seed; raises ValueError when undefined."""
    options = spec.evaluate
    own = custom_metric(spec, metric)
    if own is None:
        return interval(
            metric,
            answers.truth,
            answers.score,
            confidence=options.confidence,
            resamples=options.resamples,
            seed=spec.train.seed,
            threshold=options.threshold,
        )
    function = import_function(own.run, root / "src", f"metric `{metric}`")
    return _bootstrapped(function, answers, spec, metric)


def _bootstrapped(function: Callable[..., Any], answers: Answers, spec: Spec, metric: str) -> Interval:
    """The percentile interval of a user's own function over resampled rows."""
    draw = np.random.default_rng(spec.train.seed)
    count = len(answers.truth)
    value = _number(function, answers, metric)
    drawn = [
        _number(function, answers.of(draw.integers(count, size=count)), metric) for _ in range(spec.evaluate.resamples)
    ]
    outside = (1 - spec.evaluate.confidence) / 2
    low, high = np.quantile(drawn, [outside, 1 - outside])
    return Interval(value, float(low), float(high), "percentile", spec.evaluate.confidence)


def _number(function: Callable[..., Any], answers: Answers, metric: str) -> float:
    value = function(answers.truth, answers.score)
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise Failure(f"metric `{metric}` gives {value!r}, which is no number", exit_code=Exit.FINDINGS) from error


def finite(value: float | None) -> float | None:
    """A number that JSON can hold, else None."""
    return float(value) if value is not None and np.isfinite(value) else None
