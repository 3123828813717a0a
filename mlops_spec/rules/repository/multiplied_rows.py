"""Rows are multiplied behind the split.

Oversampling before it puts copies of a row, or rows made of two neighbours, on both sides: the model is tested on what
it has learned by heart, and every measure is too good. `data.prepare` comes before the split. Turned or noisy copies of
one row, each under a name of its own, are such neighbours too, unless the split keeps them together.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      prepare: {run: python -m example.prepare, writes: [data/rows.csv]}
    # src/example/prepare.py
    from imblearn.over_sampling import SMOTE

    def balanced(rows, labels):
        return SMOTE().fit_resample(rows, labels)

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      prepare: {run: python -m example.prepare, writes: [data/rows.csv]}
    # src/example/prepare.py
    def cleaned(rows):
        return rows.drop_duplicates()

Fix: do it in the training, on its rows alone; or weight them.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.copied import copies
from mlops_spec.repository.prepared import prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Python, Repository
    from mlops_spec.spec import Spec

CODE = "MS839"
NAME = "multiplied-rows"
SEVERITY: Severity = "error"

_HINT = "do it in the training, on its rows alone"
_RESAMPLES = frozenset(("fit_resample", "fit_sample"))


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for code in prepared(spec, repository):
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Call) and _multiplies(node):
                message = "this makes rows of rows before the split, so the tested ones resemble those learned from"
                yield Finding((), message, _HINT, document=code.document, span=code.span(node))
        yield from _copied(spec, code)


def _copied(spec: Spec, code: Python) -> Iterator[Finding]:
    """Of changed copies of a row that the split takes apart."""
    split = spec.data.split
    column = split.column if split.by == "group" else spec.data.id if split.by == "hash" else None
    for each in copies(code.tree) if column is not None else ():
        if column in each.apart or (split.by == "hash" and column not in each.together):
            message = f"each of these copies of a row has a `{column}` of its own, so the split takes them apart"
            hint = f"give all copies the `{column}` of their row" if split.by == "group" else _HINT
            yield Finding((), message, hint, document=code.document, span=code.span(each.node))


def _multiplies(call: ast.Call) -> bool:
    """Whether it oversamples: imbalanced-learn's, or pandas's and scikit-learn's with replacement."""
    name = (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )
    again = any(
        each.arg == "replace" and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in call.keywords
    )
    return name in _RESAMPLES or (name in ("sample", "resample") and again)
