"""The rows in Git are such as the spec describes.

A sample, or data that Git holds itself, without the target, without a column of the contract or with percent where the
contract has shares stops the first run of everybody who tries: the header and the first rows tell as much at once.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          use_share: {type: number, min: 0, max: 1}
    # data/rows.csv
    id,use_share,label
    1,63.2,0
    2,40.0,1

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          use_share: {type: number, min: 0, max: 1}
    # data/rows.csv
    id,use_share,label
    1,0.632,0
    2,0.4,1

Fix: write in the spec what the file has, or mend the file.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import near
from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import columns
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Column

CODE = "MS824"
NAME = "strange-sample"
SEVERITY: Severity = "error"

_ROWS = 1000
_MOST_BYTES = 50 * 10**6


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for path in (data_file(spec.data), spec.storage.sample if spec.storage else None):
        text = repository.text(path, _MOST_BYTES) if path is not None and path.lower().endswith(".csv") else None
        rows = list(_first(text)) if text else []
        if path is not None and len(rows) > 1 and len(rows[0]) > 1:
            yield from _missing_columns(spec, path, rows[0])
            yield from _of_rows(spec, path, rows[0], rows[1:])
            return


def _first(text: str) -> Iterator[list[str]]:
    lines = text.removeprefix("\ufeff").splitlines()[: _ROWS + 1]
    try:
        yield from csv.reader(lines)
    except csv.Error:
        return


def _missing_columns(spec: Spec, path: str, header: Sequence[str]) -> Iterator[Finding]:
    there = {*header, *spec.data.derive}
    of_contract: list[tuple[Address, str]] = [
        (("data", "contract", "columns", name), name) for name in spec.data.contract.columns
    ]
    told = set()
    for place, name in (*of_contract, *columns(spec)):
        if name in there or name in told or "exclude" in place:
            continue
        told.add(name)
        hint = near(name, header)
        right = f"did you mean `{hint}`?" if hint else "take the name that the file has"
        yield Finding(place, f"`{path}` has no column `{name}`", right, at_key="contract" in place)


def _of_rows(spec: Spec, path: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Finding]:
    for name, column in spec.data.contract.columns.items():
        if name not in header:
            continue
        at = list(header).index(name)
        values = [row[at] for row in rows if len(row) == len(header) and row[at].strip()]
        outside = [value for value in values if _is_surely_refused(column, value)]
        if len(outside) * 2 > len(values):
            message = f"`{path}` has `{outside[0]}` here, and most of its first rows break this contract"
            yield Finding(("data", "contract", "columns", name), message, "write what the file has", at_key=True)


def _is_surely_refused(column: Column, value: str) -> bool:
    if column.type == "category" and column.values is not None:
        return value not in {str(each) for each in column.values}
    if column.type not in ("integer", "number"):
        return False
    try:
        found = float(value)
    except ValueError:
        return False
    return (column.min is not None and found < column.min) or (column.max is not None and found > column.max)
