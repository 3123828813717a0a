"""What comes after a row is no feature of it.

A value that was shifted back from the next row, filled from it or averaged around it is known when the table is made,
and not when the model is asked.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      prepare: {run: python -m example.prepare, writes: [data/rows.csv]}
      contract: {columns: {price: {type: number}, price_change: {type: number}}}
    # src/example/prepare.py
    def prepared(rows):
        rows["price_change"] = rows["price"].shift(-1) - rows["price"]
        return rows

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      prepare: {run: python -m example.prepare, writes: [data/rows.csv]}
      contract: {columns: {price: {type: number}, price_change: {type: number}}}
    # src/example/prepare.py
    def prepared(rows):
        rows["price_change"] = rows["price"] - rows["price"].shift(1)
        return rows

Fix: take the rows before it.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.grouped import column_of, parents_of
from mlops_spec.repository.prepared import prepared
from mlops_spec.repository.sql import plain_sql
from mlops_spec.spec.data import Query
from mlops_spec.spec.features import is_feature
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS844"
NAME = "foreseen-table"
SEVERITY: Severity = "error"

_BY_STEPS = frozenset(("shift", "diff", "pct_change"))
_FROM_BEHIND = frozenset(("bfill", "backfill"))
_LEAD = regex(r"\blead\s*\([^()]*\)\s*over\s*\([^()]*\)\s*(?:as\s+)?(\w+)", re.IGNORECASE)
_HINT = "take the rows before it"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for code in prepared(spec, repository):
        parents = parents_of(code.tree)
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Call) and (name := _looks_ahead(node, by_time=_goes_by_time(spec))):
                column = column_of(node, parents)
                if _is_told_feature(spec, column):
                    message = f"`{name}` gives `{column}` a value of a later row, and the model sees it"
                    yield Finding((), message, _HINT, document=code.document, span=code.span(node))
    path = spec.data.path
    text = plain_sql(repository.text(path.sql) or "") if isinstance(path, Query) else ""
    for found in _LEAD.finditer(text):
        if _is_told_feature(spec, found[1]):
            message = f"`lead` gives `{found[1]}` a value of a later row, and the model sees it"
            yield Finding(("data", "path", "sql"), message, _HINT)


def _is_told_feature(spec: Spec, column: str) -> bool:
    """Whether the spec knows a column of this name: others may be steps on the way to the target."""
    told = column in spec.data.contract.columns or column in (spec.train.features.include or ())
    return told and column not in spec.data.targets and is_feature(spec, column)


def _goes_by_time(spec: Spec) -> bool:
    return spec.data.split.by == "time" or TASKS[spec.task].ahead


def _looks_ahead(call: ast.Call, *, by_time: bool) -> str:
    """The name of a call that takes values of later rows; empty for any other."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    options = {each.arg: each.value for each in call.keywords}
    if name in _BY_STEPS:
        steps = [*call.args[:1], *(options[key] for key in ("periods", "n") if key in options)]
        return name if any(isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.USub) for each in steps) else ""
    centred = options.get("center")
    if name == "rolling" and isinstance(centred, ast.Constant) and centred.value is True:
        return name
    method = options.get("method", options.get("strategy"))
    said = method.value if isinstance(method, ast.Constant) else ""
    backwards = name in _FROM_BEHIND or (name in ("fillna", "fill_null") and said in (*_FROM_BEHIND, "backward"))
    return name if by_time and backwards else ""
