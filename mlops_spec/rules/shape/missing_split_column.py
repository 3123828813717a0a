"""A split by a column says which.

Splitting by time, by group or by a ready-made column needs the column's name; by hash it needs none.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: signed_on}

Fix: name the column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS016"
NAME = "missing-split-column"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    split = spec.data.split
    if split.by != "hash" and split.column is None and not TASKS[spec.task].ahead:
        yield Finding(("data", "split", "by"), f"a split by {split.by} needs a `column`", "add `column` to `split`")
