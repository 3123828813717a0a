"""Each class is one that somebody said of a row.

`unlabelled`, `todo` or `n/a` among the values of the target is no answer, but rows that nobody has looked at yet. A
model learns to give it, gates count it as right, and users get it.

Bad:

    task: multiclass-classification
    data:
      path: data/rows.csv
      target: label
      id: id
      contract: {columns: {label: {type: category, values: [crack, pore, unlabelled]}}}
    gates:
      - metric: accuracy
        min: 0.8

Good:

    task: multiclass-classification
    data:
      path: data/rows.csv
      target: label
      id: id
      contract: {columns: {label: {type: category, values: [crack, pore, none]}}}
    gates:
      - metric: accuracy
        min: 0.8

Fix: leave such rows out of the data, and the value out of the contract.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS171"
NAME = "class-of-nothing"
SEVERITY: Severity = "error"

_NOTHING = regex(
    r"(un|not[ _-]?|non[ _-]?)(labell?ed|annotated|reviewed|classified|coded)|(no|missing)[ _-]?label|to[ _-]?do|tbd|"
    r"n/?a|nan|null|\\?|pending|to be (labell?ed|reviewed|annotated)",
    re.IGNORECASE,
)


def check(spec: Spec) -> Iterator[Finding]:
    for target in spec.data.targets if TASKS[spec.task].of_classes else ():
        column = spec.data.contract.columns.get(target)
        for index, value in enumerate((column.values if column else None) or ()):
            if isinstance(value, str) and _NOTHING.fullmatch(value.strip()):
                place = ("data", "contract", "columns", target, "values", index)
                yield Finding(place, f"`{value}` says that nobody has labelled the row", "leave such rows out")
