"""A drift method fits the columns that it compares.

`ks` and `wasserstein` compare numbers by their order, and categories have none: such a column is passed over, and
where all are of this kind nothing is compared at all.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          region: {type: category, values: [north, south]}
    monitor:
      drift: {method: ks, columns: [region]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          region: {type: category, values: [north, south]}
    monitor:
      drift: {method: psi, columns: [region]}

Fix: take `psi`, `chi2` or `jensen_shannon`, which count values, or leave such columns out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS614"
NAME = "unfit-drift"
SEVERITY: Severity = "error"


_OF_NUMBERS = ("ks", "wasserstein")
_NO_NUMBERS = ("category", "string", "boolean")


def check(spec: Spec) -> Iterator[Finding]:
    drift = spec.monitor.drift if spec.monitor else None
    if drift is None or drift.columns == "all" or drift.method not in _OF_NUMBERS:
        return
    for index, name in enumerate(drift.columns):
        known = spec.data.contract.columns.get(name)
        if known is not None and known.type in _NO_NUMBERS:
            message = f"`{drift.method}` compares numbers, and `{name}` is of type {known.type}"
            yield Finding(("monitor", "drift", "columns", index), message, "take `psi`")
