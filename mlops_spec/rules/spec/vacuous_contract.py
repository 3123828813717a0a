"""A contract can be broken.

A contract that every table keeps stops nothing: a column may be all missing, one row is enough, no column is named.
Yet the report says that the data kept its contract.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        missing: {max: 1.0}
        columns:
          age: {type: integer, min: 18}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        missing: {max: 0.05}
        columns:
          age: {type: integer, min: 18}

Fix: name the columns that the model needs, and how many values may be missing as of today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS120"
NAME = "vacuous-contract"
SEVERITY: Severity = "warning"


_MOST_MISSING = 0.9
_MOST_MISSING_OF_ONE = 0.995  # somebody looked at it: a rare event is missing in most rows
_LEAST_ROWS = 30
_NO_BOUND = 10**8


def check(spec: Spec) -> Iterator[Finding]:
    contract = spec.data.contract
    if contract.missing and contract.missing.max >= _MOST_MISSING:
        yield Finding(("data", "contract", "missing", "max"), f"{contract.missing.max:.0%} of a column may be missing")
    for name, column in contract.columns.items():
        if column.missing and column.missing.max >= _MOST_MISSING_OF_ONE:
            place: Address = ("data", "contract", "columns", name, "missing", "max")
            yield Finding(place, f"{column.missing.max:.0%} of `{name}` may be missing")
    if contract.rows.min is not None and contract.rows.min < _LEAST_ROWS:
        yield Finding(("data", "contract", "rows", "min"), f"nothing is learned from {contract.rows.min} rows")
    yield from _of_values(spec)
    if "contract" in spec.data.model_fields_set and not contract.columns and not contract.unique:
        yield Finding(("data", "contract"), "no column is asked for: any table keeps this", at_key=True)


def _of_values(spec: Spec) -> Iterator[Finding]:
    columns = spec.data.contract.columns
    for name, column in columns.items():
        if column.min is not None and column.max is not None and column.min <= -_NO_BOUND and column.max >= _NO_BOUND:
            place: Address = ("data", "contract", "columns", name)
            yield Finding(place, f"any number is between {column.min:g} and {column.max:g}", at_key=True)
    texts = TASKS[spec.task].answer.holds == "text" or spec.data.files is not None
    if (
        not texts
        and len(columns) >= 3
        and all(each.type == "string" and each.values is None for each in columns.values())
    ):
        yield Finding(("data", "contract", "columns"), "every column may hold any text", "give the columns types")
