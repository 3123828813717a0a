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
from mlops_spec.spec.gates import gate_id
from mlops_spec.spec.measures import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.measures import Bound

CODE = "MS203"
NAME = "inverted-bound"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for bound in bounds(spec):
        higher = spec.evaluate.higher_is_better(bound.metric)
        wrong, right = ("max", "min") if higher else ("min", "max")
        if higher is None or getattr(bound, wrong) is None or getattr(bound, right) is not None:
            continue
        if _is_bounded_elsewhere(spec, bound, right):
            continue  # this one says what is too good to be true
        place = (*bound.address, wrong)
        message = f"`{bound.metric}` is judged by `{wrong}`, but {'more' if higher else 'less'} is better"
        yield Finding(place, message, f"did you mean `{right}`?", at_key=True, fix=(Change(place, right, at_key=True),))


def _is_bounded_elsewhere(spec: Spec, bound: Bound, side: str) -> bool:
    """Whether another gate over the same has the bound that matters."""
    if bound.address[0] != "gates":
        return False
    name = gate_id(spec.gates[int(bound.address[1])])
    return any(getattr(each, side, None) is not None for each in spec.gates if gate_id(each) == name)
