"""A check of a column has an effect.

`min` and `max` compare numbers, `values` lists what a category, a text or a code may be. On a column of another type
they are not looked at, and rows pass that should not.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          country: {type: category, max: 3}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          country: {type: category, values: [dk, fi, se]}

Fix: use the check that fits the type, or correct the type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS108"
NAME = "idle-column-check"
SEVERITY: Severity = "warning"


_ORDERED = ("integer", "number")
_LISTED = ("category", "string", "integer", "boolean")


def check(spec: Spec) -> Iterator[Finding]:
    for name, column in spec.data.contract.columns.items():
        fits = {"min": column.type in _ORDERED, "max": column.type in _ORDERED, "values": column.type in _LISTED}
        for key, looked_at in fits.items():
            if getattr(column, key) is not None and not looked_at:
                message = f"`{key}` is not looked at in a column of type {column.type}"
                yield Finding(("data", "contract", "columns", name, key), message, at_key=True)
