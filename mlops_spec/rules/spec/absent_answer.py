"""What a row is known by is never missing.

A row without a target teaches and judges nothing, one without an id is found again by nobody, one without a time or a
group can't be put on a side of the split, one without a weight counts nothing. Allowing it for just such a column hides
a broken join.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: integer, min: 0, max: 1, missing: {max: 0.1}}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: integer, min: 0, max: 1}

Fix: leave such rows out before, and take `missing` off the column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS129"
NAME = "absent-answer"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    roles: dict[str | None, str] = {
        **dict.fromkeys(data.targets, "no answer to learn from"),
        data.id: "no id",
        data.split.column: "nothing to split it by",
        data.weight: "no weight",
    }
    for name, why in roles.items():
        column = data.contract.columns.get(name) if name is not None else None
        if column is not None and column.missing is not None and column.missing.max > 0:
            place = ("data", "contract", "columns", str(name), "missing", "max")
            yield Finding(place, f"{column.missing.max:.0%} of the rows may have {why}", "write 0, or remove it")
