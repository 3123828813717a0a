"""The edges of bins ascend.

`bins: [0, 25, 40]` means two bins, from 0 to below 25 and from 25 to below 40. Edges that do not ascend cut nothing.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        age_band: {from: age, bins: [0, 40, 25, 120]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      derive:
        age_band: {from: age, bins: [0, 25, 40, 120]}

Fix: `mlops-spec lint --fix` puts the edges in order where none stands twice.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.rules.rule import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS017"
NAME = "unordered-bins"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, derived in spec.data.derive.items():
        place: Address = ("data", "derive", name, "bins")
        if any(low >= high for low, high in pairwise(derived.bins)):
            yield Finding(place, "the edges of the bins do not ascend", fix=in_order(place, derived.bins))
