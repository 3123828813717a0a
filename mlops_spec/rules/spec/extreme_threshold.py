"""Some rows are positive, and some are not.

At a threshold of 0.99 hardly any row is positive: all groups have the rate 0, and every difference between them is 0
whatever the model does. At one of nearly 0 all rows are.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [sex]}
    governance:
      risk: limited
      intended_use: Ranks requests for a person who decides.
    evaluate: {threshold: 0.99}
    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
    gates:
      - metric: roc_auc
        min: 0.75
      - fairness: equalized_odds_difference
        by: sex
        max: 0.1

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [sex]}
    governance:
      risk: limited
      intended_use: Ranks requests for a person who decides.
    evaluate: {threshold: 0.5}
    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
    gates:
      - metric: roc_auc
        min: 0.75
      - fairness: equalized_odds_difference
        by: sex
        max: 0.1

Fix: take the threshold that decisions are really taken at.
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

CODE = "MS219"
NAME = "extreme-threshold"
SEVERITY: Severity = "warning"


_MOST, _LEAST = 0.95, 0.01


def check(spec: Spec) -> Iterator[Finding]:
    threshold = spec.evaluate.threshold
    if not TASKS[spec.task].has("threshold") or _LEAST < threshold < _MOST:
        return
    what = "hardly any row is positive" if threshold >= _MOST else "nearly every row is positive"
    fair = any(isinstance(gate, FairnessGate) for gate in spec.gates)
    then = ", so all groups look alike" if fair else ""
    yield Finding(("evaluate", "threshold"), f"at {threshold:g} {what}{then}")
