"""Answers of a task of one's own are judged by a measure of one's own.

Of `task: custom` nobody knows what an answer is, so there is no measure in stock: accuracy needs classes, an error
needs numbers. Without one that you write nothing is evaluated, and no gate tells a better model from a worse one.

Bad:

    task: custom
    data:
      path: data/rows.csv
      target: label
      id: id
    gates:
      - size: {max: 5MB}

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

Fix: write a function of targets and answers, name it in `evaluate.metrics`, and gate it. With `per: row` it gives a
number for each row, and then slices, weights and champions cost one call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import stock_measures
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS172"
NAME = "measureless-answers"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    fits = TASKS[spec.task].takes(len(spec.data.targets))  # else MS135
    if fits and not stock_measures(spec) and not spec.evaluate.own:
        without = "" if spec.data.targets else " without references"
        message = f"a task of {spec.task}{without} has no measures but your own, and there is none"
        yield Finding(("task",), message, "add one to `evaluate.metrics`: {name, run, direction, per: row}")
