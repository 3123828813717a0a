"""The least allowed is not above the most.

No row can satisfy a contract whose `min` is above its `max`.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          age: {type: integer, min: 120, max: 18}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          age: {type: integer, min: 18, max: 120}

Fix: put the two the right way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Column, Rows

CODE = "MS107"
NAME = "inverted-range"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    contract = spec.data.contract
    limits: dict[Address, Rows | Column] = {("data", "contract", "rows"): contract.rows}
    limits |= {("data", "contract", "columns", name): column for name, column in contract.columns.items()}
    for address, limit in limits.items():
        if limit.min is not None and limit.max is not None and limit.min > limit.max:
            yield Finding((*address, "min"), f"no value is at least {limit.min} and at most {limit.max}")
