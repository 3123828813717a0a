"""What is derived is used.

Bins that no slice, no gate, no attribute and no model looks at are a slice that somebody meant to watch and forgot, and
whoever reads the spec believes that it is watched.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [income_band]}
    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        income_band: {from: income, bins: [0, 1000, 5000]}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [income_band]}
    evaluate: {slices: [income_band]}
    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        income_band: {from: income, bins: [0, 1000, 5000]}

Fix: slice by it, or take it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import columns, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS132"
NAME = "idle-derivation"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    used = {name for place, name in columns(spec) if "exclude" not in place}
    for name in spec.data.derive:
        if name not in used and not is_feature(spec, name):
            message = f"nothing looks at `{name}`"
            yield Finding(("data", "derive", name), message, "slice by it, or take it out", at_key=True)
