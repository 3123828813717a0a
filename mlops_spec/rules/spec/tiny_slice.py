"""A slice has rows enough to judge.

Of five rows the share of right answers is 0.6 or 0.8 by luck alone, and an area under the curve is nearly any number.
A gate over such slices blocks good models or lets bad ones in by chance.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75
      - slice: region
        metric: roc_auc
        min: 0.7
        min_rows: 5

Good:

    gates:
      - metric: roc_auc
        min: 0.75
      - slice: region
        metric: roc_auc
        min: 0.7
        min_rows: 200

Fix: ask for a hundred rows or more; merge the smallest values.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.groups import as_rows_go, number_of_values, test_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS218"
NAME = "tiny-slice"
SEVERITY: Severity = "warning"


_LEAST = 30


def check(spec: Spec) -> Iterator[Finding]:
    yield from _slices(spec)
    yield from _groups(spec)


def _slices(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, SliceGate) and gate.min_rows < _LEAST:
            yield Finding(
                ("gates", index, "min_rows"), f"of {gate.min_rows} rows any measure is luck", "take 100 or so"
            )


def _groups(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, FairnessGate):
            counts = [number_of_values(spec, column) for column in gate.attributes]
            rows, groups = test_rows(spec), prod(each or 1 for each in counts)
            if rows is not None and rows < _LEAST * groups:
                message = f"{as_rows_go(spec)} {rows:,} rows are tested, and there are {groups:,} groups to compare"
                yield Finding(
                    ("gates", index, "by"), message, "compare by fewer attributes, or merge the smallest values"
                )
