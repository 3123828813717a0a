"""A protected attribute has a fairness gate.

Naming an attribute as protected protects nobody. What is not measured and bounded drifts, and is found by those whom
it harms.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [sex]}
    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Good:

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
      - metric: roc_auc
        min: 0.75
      - fairness: equalized_odds_difference
        by: sex
        max: 0.1
    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Fix: add a fairness gate `by` the attribute; several attributes may share one, for their intersection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS205"
NAME = "ungated-fairness"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    gated = {name for gate in spec.gates if isinstance(gate, FairnessGate) for name in gate.attributes}
    sliced = {gate.slice for gate in spec.gates if isinstance(gate, SliceGate)}
    for index, column in enumerate(spec.data.protected):
        if column not in gated | sliced:
            hint = (
                f"add a gate with `fairness` and `by: {column}`"
                if TASKS[spec.task].has("fairness")
                else "add a gate on its slices"
            )
            yield Finding(("data", "protected", index), f"no gate compares the groups of `{column}`", hint)
