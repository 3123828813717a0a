"""Fairness is gated on a protected attribute.

An attribute that is worth a fairness gate is worth being declared as protected: then it is kept from the features, and
the card and the reports name it.

Bad:

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

Fix: add the column to `data.protected`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.fairness import FairnessGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS209"
NAME = "undeclared-attribute"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if not isinstance(gate, FairnessGate):
            continue
        for place, column in enumerate(gate.attributes):
            if column not in spec.data.protected:
                address = ("gates", index, "by") if isinstance(gate.by, str) else ("gates", index, "by", place)
                hint = did_you_mean(column, spec.data.protected) or f"add `{column}` to `data.protected`"
                yield Finding(address, f"`{column}` is no protected attribute", hint)
