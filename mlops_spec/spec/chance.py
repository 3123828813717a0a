"""The measures of a model that has learned nothing, as far as task, measure and contract tell them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlops_spec.spec.groups import number_of_values
from mlops_spec.spec.metrics import METRICS
from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.tasks.regression import WORST

if TYPE_CHECKING:
    from mlops_spec.spec import Spec


def chance(spec: Spec, metric: str) -> float | None:
    """What needs no model: a coin's or a constant's value, the worst there is where no more is known; None: unknown."""
    known = METRICS.get(metric)
    if known is None or metric in spec.evaluate.own or not spec.data.targets:
        return None
    if metric == "expected_cost" and (cost := spec.evaluate.cost):
        always_yes, always_no = (cost.false_positive, cost.true_positive), (cost.false_negative, cost.true_negative)
        return min(max(always_yes), max(always_no))  # whatever share is positive
    each = [_told(spec, metric, target) for target in spec.data.targets]
    levels = [level for level in each if level is not None]
    if len(levels) < len(each):
        return known.chance
    worst = min if known.higher_is_better else max
    return worst(levels) if metric.endswith(WORST) else sum(levels) / len(levels)


def _told(spec: Spec, metric: str, target: str) -> float | None:
    return TASKS[spec.task].chance(metric, spec.data.contract.columns.get(target), number_of_values(spec, target))


def reach(spec: Spec, metric: str) -> float:
    """From the best value down to chance; infinite where either is unknown."""
    level = chance(spec, metric)
    return inf if level is None else abs(METRICS[metric].best - level)
