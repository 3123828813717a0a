"""A contract can be kept.

A column of two values that never repeats has two rows. Such a contract refuses every table, and is taken out as a
whole when somebody is in a hurry.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        rows: {min: 500}
        unique: [region]
        columns:
          region: {type: category, values: [north, south]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        rows: {min: 500}
        unique: [id]
        columns:
          region: {type: category, values: [north, south]}

Fix: list in `unique` what names a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.groups import number_of_values
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS124"
NAME = "unkeepable-contract"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    contract = spec.data.contract
    least = contract.rows.min or 1
    for index, column in enumerate(contract.unique):
        count = number_of_values(spec, column)
        if column in spec.data.targets and TASKS[spec.task].of_classes:
            yield Finding(("data", "contract", "unique", index), "this is the target, and no two rows would be alike")
        elif count is not None and count < least:
            message = f"`{column}` has {count:,} values that never repeat, and there must be {least:,} rows"
            yield Finding(("data", "contract", "unique", index), message, "name a column that names a row")
