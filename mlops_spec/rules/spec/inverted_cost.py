"""A wrong answer costs more than the right one.

Of a row that is positive, missing it must cost more than finding it; of one that is not, a false alarm more than none.
What an answer gains is a cost below 0: a gain that is written as a positive number makes the worst model the cheapest.

Bad:

    evaluate:
      cost: {false_positive: 1, false_negative: 5, true_positive: 20}

Good:

    evaluate:
      cost: {false_positive: 1, false_negative: 5, true_positive: -4}

Fix: write gains with a minus, and check which price is whose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS228"
NAME = "inverted-cost"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    cost = spec.evaluate.cost
    if cost is None:
        return
    pairs = (("false_negative", "true_positive"), ("false_positive", "true_negative"))
    for wrong, right in pairs:
        dear, cheap = getattr(cost, wrong), getattr(cost, right)
        if dear <= cheap:
            said = f"`{wrong}` costs {dear:g}, no more than `{right}` with {cheap:g}"
            yield Finding(("evaluate", "cost", wrong), said, "a gain is a cost below 0")
