"""Fairness of decisions needs decisions.

Parity and odds compare how often groups get the positive answer. A task without two classes has none to count.

Bad:

    task: regression
    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [sex]}
    gates:
      - metric: r2
        min: 0.4
      - fairness: demographic_parity_difference
        by: sex
        max: 0.1
    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Good:

    task: regression
    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [sex]}
    gates:
      - metric: r2
        min: 0.4
      - slice: sex
        metric: mean_absolute_error
        max: 2.5
    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Fix: gate the error in each group's slice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS211"
NAME = "classless-fairness"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, FairnessGate) and (reason := TASKS[spec.task].lacks.get("fairness")):
            message = f"`{gate.fairness}` compares decisions of two classes, and {reason}"
            yield Finding(("gates", index, "fairness"), message, "gate a measure in the attribute's slices")
