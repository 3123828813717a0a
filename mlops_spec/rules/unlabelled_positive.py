"""The positive value is one that the target can have.

With a positive value that no row has, every row is negative and each measure is undefined or wrong.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      positive: "yes"
      contract:
        columns:
          label: {type: category, values: [good, bad]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      positive: bad
      contract:
        columns:
          label: {type: category, values: [good, bad]}

Fix: name one of the target's values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.diagnostic import did_you_mean
from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS112"
NAME = "unlabelled-positive"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    positive = spec.data.positive
    target = spec.data.contract.columns.get(spec.data.target)
    if positive is None or target is None or target.values is None:
        return
    if str(positive) not in map(str, target.values):
        hint = did_you_mean(str(positive), map(str, target.values))
        yield Finding(("data", "positive"), f"the target is never `{positive}`", hint)
