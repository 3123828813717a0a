"""A derived column has a name of its own.

Deriving a column that the data has already would replace the collected values by computed ones, under the same name.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        age: {from: age, bins: [0, 25, 40, 120]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        age_band: {from: age, bins: [0, 25, 40, 120]}

Fix: rename the derived column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS110"
NAME = "shadowing-derivation"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    collected = {*data.targets, data.id, *data.contract.columns, *(derived.from_ for derived in data.derive.values())}
    for name in data.derive:
        if name in collected:
            yield Finding(("data", "derive", name), f"the data has a column `{name}` already", "rename it", at_key=True)
