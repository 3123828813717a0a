"""There are rows enough to judge by, and to learn from.

Slices of 500 rows are not found in a test of 400: the gate is inconclusive for good, until it is waived for good. Of
all rows the precision is the same whatever the ranking. What
is set aside is also not learned from. The contract says how many rows there are.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {test: 0.02}
      contract:
        rows: {min: 2000, max: 4000}
        columns:
          age: {type: integer, min: 18}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {test: 0.25}
      contract:
        rows: {min: 2000, max: 4000}
        columns:
          age: {type: integer, min: 18}

Fix: set more rows aside, ask for smaller slices, or cut fewer of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.gates.weak_slices import WeakSlicesGate
from mlops_spec.spec.groups import as_rows_go, number_of_values, test_rows
from mlops_spec.spec.measures import measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS121"
NAME = "scarce-test"
SEVERITY: Severity = "warning"


_LEAST = 100
_MOST_SHARE, _LEAST_SHARE = 0.6, 0.005


def check(spec: Spec) -> Iterator[Finding]:
    share, rows = spec.data.split.test, test_rows(spec)
    asked = next((key for key in ("horizon", "test") if key in spec.data.split.model_fields_set), None)
    place: Address = ("data", "target") if asked is None else ("data", "split", asked)
    if share > _MOST_SHARE:
        yield Finding(place, f"{share:.0%} of the rows are set aside, and the rest is learned from", "take 0.25 or so")
    elif rows is not None and rows < (needed := max(_LEAST, _rows_needed(spec))):
        message = f"{as_rows_go(spec)} {rows:,} rows are tested, and {needed:,} are needed"
        yield Finding(place, message, "set more rows aside, or ask for smaller slices")
    elif rows is not None and rows <= spec.evaluate.k and "precision_at_k" in measured(spec):
        message = (
            f"{as_rows_go(spec)} {rows:,} rows are tested, and all of them are among the first {spec.evaluate.k:,}"
        )
        yield Finding(("evaluate", "k"), message, "take fewer, or a share such as 0.05")
    elif rows is None and spec.data.split.by != "column" and share < _LEAST_SHARE:
        yield Finding(place, f"{share:.2%} of the rows are tested", "take 0.25 or so")


def _rows_needed(spec: Spec) -> int:
    slices = [
        gate.min_rows * (number_of_values(spec, gate.slice) or 1) for gate in spec.gates if isinstance(gate, SliceGate)
    ]
    weak = [2 * gate.min_rows for gate in spec.gates if isinstance(gate, WeakSlicesGate)]
    return max([*slices, *weak], default=0)
