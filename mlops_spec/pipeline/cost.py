"""The cost of decisions over all thresholds, for `evaluation.json`: at the declared one, and at the cheapest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.spec.tasks import TASKS
from mlops_validators import Costs
from mlops_validators.decisions import cost_at

if TYPE_CHECKING:
    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec

_STEPS = 100  # a finer threshold than of two digits is one of these rows
_SHOWN = 5  # each of so many steps is on the curve


def cost_of(spec: Spec, answers: Answers) -> dict[str, Any]:
    """The section `cost`; none without `evaluate.cost`, or for a task that has no threshold.

    The cheapest threshold is chosen on these very rows, of 0.00 to 1.00; at 0 every answer is positive.
    """
    if spec.evaluate.cost is None or not TASKS[spec.task].has("cost"):
        return {}
    costs, thresholds = Costs(**spec.evaluate.cost.model_dump()), np.arange(_STEPS + 1) / _STEPS
    found = cost_at(costs, answers.truth, answers.score, answers.weights, thresholds)
    declared = spec.evaluate.threshold
    [expected] = cost_at(costs, answers.truth, answers.score, answers.weights, np.array([declared]))
    best = int(found.argmin())
    return {
        "cost": {
            "threshold": declared,
            "expected": float(expected),
            "cheapest": {"threshold": float(thresholds[best]), "expected": float(found[best])},
            "curve": [float(value) for value in found[::_SHOWN]],
        }
    }
