"""A difference between groups has a `max`, a ratio a `min`.

Groups are treated alike when their difference is 0 or their ratio 1. A bound on the other side demands unfairness.

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
        min: 0.1
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

Fix: `mlops-spec lint --fix` swaps `min` and `max`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.spec.gates.fairness import FairnessGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS210"
NAME = "inverted-disparity"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if not isinstance(gate, FairnessGate):
            continue
        ratio = gate.fairness.endswith("_ratio")
        wrong, right = ("max", "min") if ratio else ("min", "max")
        if getattr(gate, wrong) is not None and getattr(gate, right) is None:
            place = ("gates", index, wrong)
            message = f"`{gate.fairness}` is judged by `{wrong}`, but groups alike have {1 if ratio else 0}"
            hint = f"did you mean `{right}`?"
            yield Finding(place, message, hint, at_key=True, fix=(Change(place, right, at_key=True),))
