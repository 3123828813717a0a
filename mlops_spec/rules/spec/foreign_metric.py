"""A measure is one that the task has.

An area under the curve needs two classes, an error in the target's unit needs a number to predict. A gate on a measure
that can't be computed has no verdict, and a misspelt one neither.

Bad:

    task: regression
    gates:
      - metric: roc_auc
        min: 0.75

Good:

    task: regression
    gates:
      - metric: r2
        min: 0.4

Fix: choose a measure of the task; the hint names the nearest. A measure of your own goes to `evaluate.metrics` as
`{name, run, direction}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean, listed
from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import measures
from mlops_spec.spec.metrics import metrics_of
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS201"
NAME = "foreign-metric"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    own = spec.evaluate.own
    known = [*metrics_of(spec.task), *own]
    for address, name in measures(spec):
        if name not in known:
            tasks = [each.name for each in TASKS.values() if name in each.metrics]
            message = f"`{name}` is for {listed(tasks)}" if tasks else f"no measure is called `{name}`"
            yield Finding(address, message, did_you_mean(name, known) or _those_of(spec.task, known))


def _those_of(task: str, known: list[str]) -> str:
    return f"{task} has {listed(known)}" if known else "write one of your own, and name it in `evaluate.metrics`"
