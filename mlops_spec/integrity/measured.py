"""The check of measures: those that the spec asks for, each within what its metric can be, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.model_folder import EVALUATION
from mlops_spec.package.problem import Problem
from mlops_spec.spec.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.integrity.shapes import Measured
    from mlops_spec.spec import Spec
    from mlops_spec.spec.tasks.metric import Metric

FILE = EVALUATION.name


def of_measures(spec: Spec, found: Mapping[str, Measured], field: str, wanted: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the measures at a field, which are to be those that are wanted."""
    yield from (Problem(FILE, f"{field}.{name}", "is missing") for name in wanted if name not in found)
    yield from (Problem(FILE, f"{field}.{name}", "the spec asks for no such metric") for name in found.keys() - wanted)
    for name, each in found.items():
        if said := _wrong(each, known(spec, name)):
            yield Problem(FILE, f"{field}.{name}", said)


def known(spec: Spec, metric: str) -> Metric | None:
    """What is known of a metric; nothing of the spec's own, even under another one's name."""
    return None if metric in spec.evaluate.own else METRICS.get(metric)


def beyond(value: float | None, metric: Metric | None) -> str | None:
    """What is wrong with a value that its metric cannot have."""
    if metric and value is not None and not metric.low <= value <= metric.high:
        return f"lies beyond what the metric can be, {metric.low:g} to {metric.high:g}"
    return None


def _wrong(found: Measured, metric: Metric | None) -> str | None:
    if found.value is None and (found.low is not None or found.high is not None or not found.reason):
        return "has no value, and no reason why"
    if found.value is not None and not found.method:
        return "has no method, by which its interval was made"
    if found.low is not None and found.high is not None and found.low > found.high:
        return f"its interval ends ({found.high}) before it begins ({found.low})"
    return beyond(found.value, metric)
