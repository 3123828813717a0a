"""A search for weak slices takes a number for each row.

In `task: custom` a measure is a function of yours that reads JSON. One of all rows together is called anew for every
resample of every slice: a thousand times for each of perhaps hundreds of slices. One `per: row` is called once a slice.

Bad:

    task: custom
    data:
      path: data/rows.csv
      target: label
      id: id
    evaluate:
      metrics:
        - {name: fields_right, run: "example.measures:fields_right", direction: higher}
    gates:
      - metric: fields_right
        min: 0.8
      - weak_slices: all
        metric: fields_right
        min: 0.6

Good:

    task: custom
    data:
      path: data/rows.csv
      target: label
      id: id
    evaluate:
      metrics:
        - {name: fields_right, run: "example.measures:fields_right", direction: higher, per: row}
    gates:
      - metric: fields_right
        min: 0.8
      - weak_slices: all
        metric: fields_right
        min: 0.6

Fix: let the function give a number for each row, and say `per: row`; or gate the slices that matter by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.weak_slices import WeakSlicesGate
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS173"
NAME = "joint-search"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if TASKS[spec.task].answer.numbers:
        return
    for index, gate in enumerate(spec.gates):
        own = spec.evaluate.own.get(gate.metric) if isinstance(gate, WeakSlicesGate) else None
        if own is not None and own.per == "all":
            message = f"`{own.name}` is of all rows together, and would be called anew for each resample of each slice"
            yield Finding(("gates", index, "metric"), message, "let it give a number for each row (`per: row`)")
