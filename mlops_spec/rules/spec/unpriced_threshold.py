"""A decision is taken where its costs say.

Where missing a case costs forty times a false alarm, a calibrated model should answer yes from a fortieth on. At 0.5
most of what is dear is let go, and `expected_cost` measures decisions that nobody with these prices would take.

Bad:

    evaluate: {threshold: 0.5, cost: {false_positive: 1, false_negative: 40}}

Good:

    evaluate: {threshold: 0.03, cost: {false_positive: 1, false_negative: 40}}

Fix: take the cheapest threshold that the report shows, or the prices that decisions are really taken by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS229"
NAME = "unpriced-threshold"
SEVERITY: Severity = "warning"

_TIMES = 10.0


def check(spec: Spec) -> Iterator[Finding]:
    cost = spec.evaluate.cost
    if cost is None or not TASKS[spec.task].has("cost"):
        return
    false_alarm, miss = cost.false_positive - cost.true_negative, cost.false_negative - cost.true_positive
    if false_alarm <= 0 or miss <= 0:
        return  # MS228
    odds, best = spec.evaluate.threshold / (1 - spec.evaluate.threshold), false_alarm / miss
    if not 1 / _TIMES < odds / best < _TIMES:
        stated = "threshold" in spec.evaluate.model_fields_set
        cheapest = f"{best / (1 + best):.2g}"
        message = f"by these costs the cheapest is about {cheapest}, and this is {spec.evaluate.threshold:g}"
        yield Finding(("evaluate", "threshold" if stated else "cost"), message, at_key=not stated)
