"""What is compared has two values.

With one allowed value, or one bin, there is one group: its difference to itself is 0, whatever the model does, and
every row with another value is refused. A target of one value leaves nothing to learn.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: category, values: [good]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: category, values: [bad, good]}

Fix: list all values that there are, or name another column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.groups import number_of_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS114"
NAME = "lone-value"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for column, what in _compared_columns(spec).items():
        if number_of_values(spec, column) in (0, 1):
            yield Finding(_place(spec, column), f"there is one value of `{column}`, {what}", "allow the others too")


def _compared_columns(spec: Spec) -> dict[str, str]:
    gates = [gate for gate in spec.gates if isinstance(gate, FairnessGate)]
    sliced = [*spec.evaluate.slices, *(gate.slice for gate in spec.gates if isinstance(gate, SliceGate))]
    groups = dict.fromkeys(sliced, "which rows are sliced by")
    groups |= dict.fromkeys(spec.data.protected, "whose groups are to be compared")
    groups |= {column: "whose groups are to be compared" for gate in gates for column in gate.attributes}
    return groups | dict.fromkeys(spec.data.targets, "which the model is to tell apart")


def _place(spec: Spec, column: str) -> Address:
    if column in spec.data.derive:
        return ("data", "derive", column, "bins")
    values = spec.data.contract.columns[column].values
    return ("data", "contract", "columns", column, *(("values",) if values is not None else ()))
