"""The model does not see the column that a protected attribute is cut from.

An age band that the model may not see helps nobody when the model sees the age, and an age that it may not see helps
nobody when it sees the band.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [age_band]
      derive:
        age_band: {from: age, bins: [0, 25, 40, 120]}
    gates:
      - metric: roc_auc
        min: 0.75
      - fairness: equalized_odds_difference
        by: age_band
        max: 0.1
    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [age_band]
      derive:
        age_band: {from: age, bins: [0, 25, 40, 120]}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [age, age_band]}
    gates:
      - metric: roc_auc
        min: 0.75
      - fairness: equalized_odds_difference
        by: age_band
        max: 0.1
    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Fix: exclude both columns. Where the raw value is needed and lawful, ignore the rule on its line with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import exclusion, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS102"
NAME = "proxy-feature"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for index, column in enumerate(spec.data.protected):
        if column not in spec.data.derive:
            continue
        seen = [name for name in (column, spec.data.derive[column].from_) if is_feature(spec, name)]
        if seen:
            message = f"the model sees {listed(seen)}, which the protected `{column}` is made of"
            yield Finding(("data", "protected", index), message, exclusion(spec, *seen))
    for name, derived in spec.data.derive.items():
        if derived.from_ in spec.data.protected and name not in spec.data.protected and is_feature(spec, name):
            message = f"the model sees `{name}`, which is cut from the protected `{derived.from_}`"
            yield Finding(("data", "derive", name, "from"), message, exclusion(spec, name))
