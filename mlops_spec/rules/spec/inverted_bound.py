"""A bound stands on the side that matters.

`max` on a measure of which more is better lets every bad model pass and stops the good ones.

Bad:

    gates:
      - metric: roc_auc
        max: 0.75

Good:

    gates:
      - metric: roc_auc
        min: 0.75

Fix: `mlops-spec lint --fix` swaps `min` and `max`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.spec.measures import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS203"
NAME = "inverted-bound"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for bound in bounds(spec):
        higher = spec.evaluate.higher_is_better(bound.metric)
        wrong, right = ("max", "min") if higher else ("min", "max")
        if higher is None or getattr(bound, wrong) is None or getattr(bound, right) is not None:
            continue
        place = (*bound.address, wrong)
        message = f"`{bound.metric}` is judged by `{wrong}`, but {'more' if higher else 'less'} is better"
        yield Finding(place, message, f"did you mean `{right}`?", at_key=True, fix=(Change(place, right, at_key=True),))
