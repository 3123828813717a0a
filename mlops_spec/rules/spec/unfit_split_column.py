"""A column can say how rows are split.

A split by column reads `train` and `test`; one by time needs an order. With a column whose values are others, one side
is empty.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: column, column: fold}
      contract:
        columns:
          fold: {type: category, values: [train, validation]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: column, column: fold}
      contract:
        columns:
          fold: {type: category, values: [train, test]}

Fix: name a column that fits, or correct the values that the contract allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS119"
NAME = "unfit-split-column"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    split = spec.data.split
    column = spec.data.contract.columns.get(split.column) if split.column is not None else None
    place = ("data", "split", "column")
    if split.by in ("time", "column") and split.column in (*spec.data.targets, *spec.data.derive):
        yield Finding(place, f"a split by {split.by} reads a column of the data that is not the target")
    elif split.by == "time" and column is not None and column.type in ("category", "boolean"):
        yield Finding(place, f"`{split.column}` is of type {column.type}, which has no order")
    elif split.by == "time" and column is not None and column.type == "string":
        message = f"`{split.column}` is a text, and in order of texts `31/12/2025` comes behind `01/02/2026`"
        yield Finding(place, message, "give it the type `timestamp`")
    elif split.by == "time" and column is not None and column.type != "timestamp" and (times := _time_columns(spec)):
        yield Finding(place, f"`{split.column}` is no time of the row, as `{times[0]}` is", f"write `{times[0]}`")
    elif split.by == "column" and column is not None:
        missing = [] if column.values is None else [side for side in ("train", "test") if side not in column.values]
        if column.type not in ("category", "string"):
            yield Finding(place, f"`{split.column}` is of type {column.type}, and never `train` or `test`")
        elif missing:
            message = f"the contract lets in no `{missing[0]}`, so that side is empty"
            yield Finding(("data", "contract", "columns", str(split.column), "values"), message)


def _time_columns(spec: Spec) -> list[str]:
    return [name for name, column in spec.data.contract.columns.items() if column.type == "timestamp"]
