"""What holds answers against references has some.

With `data.target: null` no row says what a right answer looks like. Stock measures have nothing to compare with, and
labels that come in later hold nothing: only measures of your own, which get the rows that were asked, say anything.

Bad:

    task: generation
    data:
      path: data/rows.csv
      target: null
      id: id
    evaluate:
      metrics:
        - {name: judged, run: "example.measures:judged", direction: higher, per: row}
    gates:
      - metric: judged
        min: 0.8
      - metric: chrf
        min: 0.4

Good:

    task: generation
    data:
      path: data/rows.csv
      target: null
      id: id
    evaluate:
      metrics:
        - {name: judged, run: "example.measures:judged", direction: higher, per: row}
    gates:
      - metric: judged
        min: 0.8

Fix: name the column of references as `data.target`, or judge by measures of your own alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import measures
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS235"
NAME = "absent-references"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.targets or not TASKS[spec.task].takes(0):
        return
    for address, name in measures(spec):
        if name in TASKS[spec.task].metrics and name not in spec.evaluate.own:
            message = f"`{name}` holds answers against references, and `data.target` is null"
            yield Finding(address, message, "name their column, or take a measure of your own")
    if spec.monitor is not None and spec.monitor.performance is not None:
        message = "labels that come in later are references, and `data.target` is null"
        yield Finding(("monitor", "performance"), message, "leave it out: drift is watched without", at_key=True)
