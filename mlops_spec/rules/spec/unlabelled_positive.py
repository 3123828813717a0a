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

from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Column

CODE = "MS112"
NAME = "unlabelled-positive"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    positive = spec.data.positive
    target = spec.data.contract.columns.get("".join(spec.data.targets[:1]))
    if positive is None or target is None:
        return
    if target.values is None:
        yield from _contradicts_type(positive, target)
    elif str(positive) not in map(str, target.values):
        hint = did_you_mean(str(positive), map(str, target.values))
        yield Finding(("data", "positive"), f"the target is never `{positive}`", hint)


def _contradicts_type(positive: bool | float | str, target: Column) -> Iterator[Finding]:
    place = ("data", "positive")
    if isinstance(positive, bool) and target.type == "integer":
        return  # 0 and 1 are false and true
    if target.type == "integer" and not str(positive).lstrip("-").isdigit():
        yield Finding(place, f"the target is an integer, and never `{positive}`")
    elif target.type == "integer" and not isinstance(positive, str):
        low, high = target.min, target.max
        if (low is not None and positive < low) or (high is not None and positive > high):
            yield Finding(place, f"the contract lets in no target of {positive}")
    elif target.type == "boolean" and str(positive).lower() not in ("true", "false", "0", "1"):
        yield Finding(place, f"the target is `true` or `false`, and never `{positive}`")
