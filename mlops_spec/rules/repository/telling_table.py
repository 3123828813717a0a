"""The table is made without the answers.

`data.prepare` and the query run before the split. What gives each row the mean of its group's answers, or chooses
columns by them, has looked at the tested rows, and at the row itself: the answer is among the features. Live it is not.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      prepare: {run: python -m example.prepare, writes: [data/rows.csv]}
    # src/example/prepare.py
    def prepared(rows):
        rows["shop_rate"] = rows.groupby("shop")["label"].transform("mean")
        return rows

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      prepare: {run: python -m example.prepare, writes: [data/rows.csv]}
    # src/example/prepare.py
    def prepared(rows):
        rows["shop_rows"] = rows.groupby("shop")["id"].transform("count")
        return rows

Fix: learn it in the training, from its rows alone, and keep it with the model; or take only rows from before the row.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.grouped import column_of, given_to_rows, parents_of
from mlops_spec.repository.prepared import BY_ANSWERS, prepared
from mlops_spec.repository.sql import plain_sql
from mlops_spec.spec.data import Query
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.grouped import Grouped
    from mlops_spec.repository.view import Python, Repository
    from mlops_spec.spec import Spec

CODE = "MS842"
NAME = "telling-table"
SEVERITY: Severity = "error"

_HINT = "learn it in the training, from its rows alone"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for code in prepared(spec, repository):
        for node, message in (*_of_groups(spec, code), *_by_answers(code)):
            yield Finding((), message, _HINT, document=code.document, span=code.span(node))
    yield from _of_query(spec, repository)


def _of_groups(spec: Spec, code: Python) -> Iterator[tuple[ast.expr, str]]:
    parents = parents_of(code.tree)
    for each in given_to_rows(code.tree):
        column = column_of(each.node, parents)
        answers = [name for name in spec.data.targets if name in (each.texts | each.names) - each.by]
        kept = column in spec.data.targets or (column and not is_feature(spec, column))
        if answers and not kept and not each.of_past and not _names_rows(spec, each):
            yield each.node, f"this gives rows what is known of their group's `{answers[0]}`, their own among it"


def _names_rows(spec: Spec, each: Grouped) -> bool:
    """Whether a group is one row of the table, which is made of several here."""
    return spec.data.id is not None and spec.data.id in each.by


def _by_answers(code: Python) -> Iterator[tuple[ast.expr, str]]:
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Call) and BY_ANSWERS.search(name := ast.unparse(node.func).rpartition(".")[2]):
            yield node, f"`{name}` learns from the answers, and here those of the tested rows are among them"


def _of_query(spec: Spec, repository: Repository) -> Iterator[Finding]:
    path = spec.data.path
    text = plain_sql(repository.text(path.sql) or "") if isinstance(path, Query) else ""
    for target in spec.data.targets:
        over = rf"\b(?:avg|sum|max|min|stddev\w*)\s*\(\s*(?:\w+\.)?{re.escape(target)}\b[^()]*\)\s*over\s*\(([^()]*)\)"
        for found in re.finditer(over, text, re.IGNORECASE):
            if not re.search(r"\bpreceding\b.*\bpreceding\b", found[1], re.IGNORECASE | re.DOTALL):
                message = f"the query gives rows what is known of their group's `{target}`, their own among it"
                yield Finding(("data", "path", "sql"), message, _HINT)
                return
