"""A bin is one that values can fall in.

Edges in percent over a column of shares, or in euros over one of thousands, put every row in the first bin: the slices
are all rows once more, and the groups of a fairness gate one group. What the contract lets in tells which bins stay
empty.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        use_band: {from: use_share, bins: [0, 25, 50, 101]}
      contract:
        columns:
          use_share: {type: number, min: 0, max: 1}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        use_band: {from: use_share, bins: [0, 0.25, 0.5, 1.01]}
      contract:
        columns:
          use_share: {type: number, min: 0, max: 1}

Fix: write the edges in the column's own unit.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS125"
NAME = "empty-bin"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name, derived in spec.data.derive.items():
        column = spec.data.contract.columns.get(derived.from_)
        if column is None or column.min is None or column.max is None or column.min > column.max:
            continue
        for place, (low, high) in enumerate(pairwise(derived.bins)):
            if low > column.max or high <= column.min:
                message = f"`{derived.from_}` is {column.min:g} to {column.max:g}, and never in {low:g} to {high:g}"
                address: Address = ("data", "derive", name, "bins", place + (low > column.max))
                yield Finding(address, message, "write the edges in the column's unit")
                break
