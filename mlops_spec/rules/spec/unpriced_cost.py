"""An expected cost needs prices.

`expected_cost` is the mean of what decisions cost, by `evaluate.cost`. Without it there is no such measure, and a gate
on it has no verdict.

Bad:

    gates:
      - metric: expected_cost
        max: 0.5

Good:

    evaluate:
      cost: {false_positive: 1, false_negative: 5}
    gates:
      - metric: expected_cost
        max: 0.5

Fix: say what a wrong answer costs in `evaluate.cost`, in any unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import measures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS227"
NAME = "unpriced-cost"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.evaluate.cost is not None:
        return
    for address, name in measures(spec):
        if name == "expected_cost" and name not in spec.evaluate.own:
            hint = "evaluate: {cost: {false_positive: 1, false_negative: 5}}"
            yield Finding(address, "`expected_cost` has no prices: `evaluate.cost` is missing", hint)
