"""Two values of a column are two things.

`Yes` and `yes`, or `north` and `north ` with a blank behind it, are one thing to a person and two to the model: each
has its own slice, of half of the rows, and its own group in a fairness gate.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          region: {type: category, values: [north, south, North]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          region: {type: category, values: [north, south]}

Fix: write one of them, and clean the data before the contract looks at it. An absent value is `missing`, not `""`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS128"
NAME = "twin-values"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name, column in spec.data.contract.columns.items():
        seen: dict[str, str] = {}
        for index, value in enumerate(column.values or ()):
            place = ("data", "contract", "columns", name, "values", index)
            text = str(value)
            alike = re.sub(r"[\s_-]+", " ", text).strip().casefold()
            if not alike and not text.strip():
                yield Finding(place, "this value is empty", "say in `missing` how much may be absent")
            elif seen.setdefault(alike, text) != text:
                yield Finding(
                    place, f"`{text}` and `{seen[alike]}` differ by their spelling alone", "write one of them"
                )
