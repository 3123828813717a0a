"""Bins reach as far as their column.

A value outside of all bins is in none of them: such rows are part of no slice and no group, and nobody sees it. What
the contract lets in tells how far bins must reach; text cannot be cut at all.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        age_band: {from: age, bins: [0, 25, 40, 60]}
      contract:
        columns:
          age: {type: integer, min: 18, max: 120}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        age_band: {from: age, bins: [0, 25, 40, 121]}
      contract:
        columns:
          age: {type: integer, min: 18, max: 120}

Fix: move the first edge below the least that the contract allows, and the last beyond the most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS113"
NAME = "gapped-bins"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name, derived in spec.data.derive.items():
        column = spec.data.contract.columns.get(derived.from_)
        if column is None:
            continue
        if column.type not in ("integer", "number"):
            message = f"`{derived.from_}` is of type {column.type}, and only numbers are cut"
            yield Finding(("data", "derive", name, "from"), message)
            continue
        place = ("data", "derive", name, "bins")
        low, high = min(derived.bins), max(derived.bins)
        if column.min is not None and column.min < low:
            yield Finding(place, f"`{derived.from_}` may be {column.min:g}, and the bins begin at {low:g}")
        if column.max is not None and column.max > high:
            yield Finding(place, f"`{derived.from_}` may be {column.max:g}, and the bins end at {high:g}")
