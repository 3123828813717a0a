"""A weight is a number above nought that differs from row to row.

It says how much a row counts in every measure. A category weighs nothing, a constant weighs all rows alike, the target
as a weight judges the answer by itself, and a row that weighs nothing breaks the run.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      weight: exposure
      contract:
        columns:
          exposure: {type: category, values: [low, high]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      weight: exposure
      contract:
        columns:
          exposure: {type: number, min: 0.01, max: 5}

Fix: name a column of numbers above 0, or leave `weight` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS126"
NAME = "unfit-weight"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    weight = spec.data.weight
    if weight is None:
        return
    place: Address = ("data", "weight")
    roles: dict[str | None, str] = {spec.data.id: "the id", spec.data.split.column: "what rows are split by"}
    roles |= dict.fromkeys(spec.data.targets, "the target")
    roles |= dict.fromkeys(spec.data.protected, "protected")
    column = spec.data.contract.columns.get(weight)
    if reason := TASKS[spec.task].lacks.get("weight"):
        yield Finding(place, reason, "leave it out", at_key=True)
    elif weight in roles:
        yield Finding(place, f"`{weight}` is {roles[weight]}")
    elif column is None:
        return
    elif column.type not in ("integer", "number"):
        yield Finding(place, f"`{weight}` is of type {column.type}, and a weight is a number")
    elif column.min is not None and column.min == column.max:
        yield Finding(place, f"`{weight}` is always {column.min:g}, so all rows count alike", "leave it out")
    elif column.min is not None and column.min <= 0:
        where: Address = ("data", "contract", "columns", weight, "min")
        yield Finding(where, f"the contract lets in a weight of {column.min:g}", "a weight is above 0")
