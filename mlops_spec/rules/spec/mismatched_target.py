"""The task fits the target.

A task of two classes has a target of two values; the others would all count as not positive. A regression of
categories measures distances between names, and a classification of numbers knows only the values that it saw.

Bad:

    task: binary-classification
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: category, values: [stay, move, leave]}

Good:

    task: multiclass-classification
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: category, values: [stay, move, leave]}
    gates:
      - metric: accuracy
        min: 0.7

Fix: choose the task by what the target holds, or derive the target that the task needs.
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

CODE = "MS115"
NAME = "mismatched-target"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name in spec.data.targets:
        target = spec.data.contract.columns.get(name)
        wrong = "" if target is None else TASKS[spec.task].mismatch(target, number_of_values(spec, name))
        if wrong:
            place = ("data", "contract", "columns", name)
            yield Finding(place, f"the task is {spec.task}: {wrong}", at_key=True)
