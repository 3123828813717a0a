"""A margin holds something.

A margin lets an inconclusive result pass that is close to the last sure one. Of a ratio between groups nothing is held
by it: what is inconclusive blocks, with a margin as without.

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
    gates:
      - metric: roc_auc
        min: 0.75
      - fairness: demographic_parity_ratio
        by: sex
        min: 0.8
        margin: 0.05
    governance: {risk: minimal}

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
      - fairness: demographic_parity_difference
        by: sex
        max: 0.1
        margin: 0.05
    governance: {risk: minimal}

Fix: gate the difference, or remove the margin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.fairness import FairnessGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS224"
NAME = "idle-margin"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, FairnessGate) and gate.margin is not None and gate.fairness.endswith("_ratio"):
            message = f"a margin of `{gate.fairness}` holds nothing"
            yield Finding(("gates", index, "margin"), message, "gate the difference, or remove it", at_key=True)
