"""A bound is well above chance.

A tenth of the way from a coin to a perfect model is what a broken training run reaches, too. A measure that one kind
of answer makes perfect is no better: who says yes to everybody has a recall of 1, and where few rows are positive, who
says no to everybody has the accuracy of the larger class.

Bad:

    gates:
      - metric: roc_auc
        min: 0.53

Good:

    gates:
      - metric: roc_auc
        min: 0.75

Fix: ask for what the use can bear, and beside `recall` or `accuracy` for a measure that the other error lowers.
"""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.chance import chance
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.metrics import METRICS
from mlops_spec.spec.prevalence import common_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS215"
NAME = "timid-bound"
SEVERITY: Severity = "warning"


# The part of the way from chance to the best that a broken model goes, too: a constant in the middle of a range is half
# as far off as at worst, and a model that always answers the base rate is nearly calibrated.
_TENTH = 0.1
_PARTS = {
    "r2": 0.05,
    "explained_variance": 0.05,
    "mean_absolute_error": 0.5,
    "median_absolute_error": 0.5,
    "root_mean_squared_error": 0.5,
    "mean_squared_error": 0.75,
    "mean_absolute_percentage_error": 0.2,
    "expected_calibration_error": 0.6,
    # Beside a forecast that somebody would make: whatever is more than that is asked for.
    **dict.fromkeys(("mase", "rmsse", "skill_naive", "skill_seasonal_naive"), 0.0),
}
_LITTLE = 0.05
_FROM_NOTHING = ("recall", "precision", "f1")
_ALONE = {
    "recall": "who says yes to everybody has a recall of 1",
    "precision": "who says yes to the one surest row has a precision of 1",
}


def check(spec: Spec) -> Iterator[Finding]:
    gates = [(index, gate) for index, gate in enumerate(spec.gates) if isinstance(gate, MetricGate)]
    for index, gate in gates:
        if gate.metric in _ALONE and {each.metric for _, each in gates} == {gate.metric}:
            message = f"{_ALONE[gate.metric]}, and nothing else is asked"
            yield Finding(("gates", index, "metric"), message, "gate `roc_auc` or `average_precision` as well")
        yield from _near_chance(spec, index, gate)
        yield from _of_the_larger_class(spec, index, gate)


def _near_chance(spec: Spec, index: int, gate: MetricGate) -> Iterator[Finding]:
    level, metric = chance(spec, gate.metric), METRICS.get(gate.metric)
    if level is None or metric is None or isinf(level):
        return
    if gate.metric in _FROM_NOTHING and gate.min is not None and 0 < gate.min < _LITTLE:
        yield Finding(("gates", index, "min"), f"`{gate.metric}` of {gate.min:g} is next to nothing", "ask for more")
    if level == metric.worst:
        return
    side = "min" if metric.higher_is_better else "max"
    demanded = getattr(gate, side)
    if demanded is None or metric.best == level or _is_bounded_on_both_sides(spec, gate.metric):
        return
    way = (demanded - level) / (metric.best - level)
    if 0 < way <= _PARTS.get(gate.metric, _TENTH):
        yield Finding(("gates", index, side), f"chance is {level:.2g}, and a little more passes", "ask for more")


def _is_bounded_on_both_sides(spec: Spec, metric: str) -> bool:
    """Whether somebody says what is too good to be true as well, and so knows how little there is to be had."""
    limits = [gate.limits for gate in spec.gates if isinstance(gate, MetricGate) and gate.metric == metric]
    return any(least is not None for least, _ in limits) and any(most is not None for _, most in limits)


def _of_the_larger_class(spec: Spec, index: int, gate: MetricGate) -> Iterator[Finding]:
    share = common_share(spec)
    if (
        share is not None
        and gate.metric == "average_precision"
        and gate.min is not None
        and gate.min <= 2 * (1 - share)
    ):
        message = f"{1 - share:.1%} of the rows are positive by `description`, and a coin reaches as much"
        yield Finding(("gates", index, "min"), message, "ask for more")
    if share is not None and gate.metric == "accuracy" and gate.min is not None and gate.min <= share:
        message = f"the larger class is {share:.1%} of the rows by `description`, and always to answer it passes"
        yield Finding(("gates", index, "min"), message, "gate `average_precision` or `balanced_accuracy`")
