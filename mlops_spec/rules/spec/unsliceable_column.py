"""Slices are cut by a column that divides rows which are alike to the model.

In a slice of the target every row has the same answer, so most measures are undefined there; a slice of the id is one
row, as is one of a column that names files. Such a gate is inconclusive for good.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75
      - slice: label
        metric: roc_auc
        min: 0.7

Good:

    gates:
      - metric: roc_auc
        min: 0.75
      - slice: region
        metric: roc_auc
        min: 0.7

Fix: name a column that says who or what a row is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.slices import SliceGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS214"
NAME = "unsliceable-column"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    what: dict[str | None, str] = {**dict.fromkeys(spec.data.targets, "the target"), spec.data.id: "the id"}
    if spec.data.split.by == "column":
        what[spec.data.split.column] = "the split's column, which test rows no longer have"
    if spec.data.files is not None:
        what[spec.data.files.column] = "a file's name, and each slice is one row"
    what |= {column: "unique, and each slice is one row" for column in spec.data.contract.unique if column not in what}
    what |= {
        name: f"cut from `{cut.from_}`, {what[cut.from_]}"
        for name, cut in spec.data.derive.items()
        if cut.from_ in what
    }
    for index, gate in enumerate(spec.gates):
        known = spec.data.contract.columns.get(gate.slice) if isinstance(gate, SliceGate) else None
        if isinstance(gate, SliceGate) and known and known.type in ("number", "timestamp") and gate.slice not in what:
            message = f"`{gate.slice}` is of type {known.type}, and nearly each value a slice of its own"
            yield Finding(("gates", index, "slice"), message, "slice by bins of it: `data.derive`")
    for address, column in _columns(spec):
        if column in what:
            yield Finding(address, f"`{column}` is {what[column]}", "slice by another column")


def _columns(spec: Spec) -> Iterator[tuple[Address, str]]:
    for place, column in enumerate(spec.evaluate.slices):
        yield ("evaluate", "slices", place), column
    for index, gate in enumerate(spec.gates):
        for key, names in gate.named_columns() if gate.of_parts else ():
            if isinstance(names, str):
                yield ("gates", index, key), names
            else:
                yield from ((("gates", index, key, place), column) for place, column in enumerate(names))
