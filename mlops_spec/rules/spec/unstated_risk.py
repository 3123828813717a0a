"""A model about people states its risk.

A protected attribute means that rows are people. Whether the use is of minimal, limited or high risk in the sense of
the EU AI Act is a decision that somebody takes, not a default.

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
      - fairness: equalized_odds_difference
        by: sex
        max: 0.1

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

Fix: add `governance.risk`; stating `minimal` is fine where it is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS709"
NAME = "unstated-risk"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.protected and "risk" not in spec.governance.model_fields_set:
        message = "the rows are people, and nobody says how much depends on the answer"
        yield Finding(("data", "protected"), message, "add `governance.risk`")
