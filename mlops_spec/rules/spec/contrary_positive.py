"""The positive value is the one that the description gives the probability of.

A score is the probability of `data.positive`. Where the description promises the probability that a loan is not paid
back and the positive value is `repaid`, every score is turned round: the safest are reviewed, the worst go through. The
area under the curve is the same either way, so no gate tells.

Bad:

    description: Probability that a loan is not paid back.
    data:
      path: data/rows.csv
      target: outcome
      positive: repaid
      id: id
      contract:
        columns:
          outcome: {type: category, values: [repaid, defaulted]}

Good:

    description: Probability that a loan is not paid back.
    data:
      path: data/rows.csv
      target: outcome
      positive: defaulted
      id: id
      contract:
        columns:
          outcome: {type: category, values: [repaid, defaulted]}

Fix: name the other value, or say in the description what the score is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import positive_class
from mlops_spec.spec.promised import contrary_promise, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS236"
NAME = "contrary-positive"
SEVERITY: Severity = "warning"

_FALSE = ("0", "false", "no", "n")
_TRUE = ("1", "true", "yes", "y")


def check(spec: Spec) -> Iterator[Finding]:
    positive = positive_class(spec)
    if positive is None or not spec.data.targets:
        return
    target, value = spec.data.targets[0], str(positive).lower()
    stated = "positive" in spec.data.model_fields_set
    column = spec.data.contract.columns.get(target)
    others = [str(each).lower() for each in (column.values if column else None) or () if str(each).lower() != value]
    if value in (*_TRUE, *_FALSE):
        said = terms(target, -1 if value in _FALSE else 1)
    else:
        said = (*terms(value), *(terms(others[0], -1) if len(others) == 1 else ()))
    if promise := contrary_promise(spec.description or "", said):
        other = others[0] if len(others) == 1 else {"0": "1", "1": "0", "false": "true", "true": "false"}.get(value, "")
        message = f"the description says `{promise}`, and a high score says `{_shown(target, value)}`"
        hint = f"write `positive: {other}`" if other else "name the other value"
        yield Finding(("data", "positive" if stated else "target"), message, hint)


def _shown(target: str, value: str) -> str:
    return f"{target}: {value}" if value in (*_TRUE, *_FALSE) else value
