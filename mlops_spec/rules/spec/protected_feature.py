"""The model does not see a protected attribute.

A model that is given sex or origin learns to use it, and the law of most places forbids that for most decisions. The
attribute stays in the data to measure fairness on, and out of the features.

Bad:

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

Fix: add the column to `train.features.exclude`, or take it out of `include`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import exclusion, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS101"
NAME = "protected-feature"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for index, column in enumerate(spec.data.protected):
        if column not in spec.data.derive and is_feature(spec, column):
            message = f"the model sees the protected attribute `{column}`"
            yield Finding(("data", "protected", index), message, exclusion(spec, column))
