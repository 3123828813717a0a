"""Rows are multiplied behind the split.

Oversampling before it puts copies of a row, or rows made of two neighbours, on both sides: the model is tested on what
it has learned by heart, and every measure is too good. `data.prepare` comes before the split.

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
from mlops_spec.repository.prepared import prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS839"
NAME = "multiplied-rows"
SEVERITY: Severity = "error"

_RESAMPLES = frozenset(("fit_resample", "fit_sample"))


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for code in prepared(spec, repository):
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Call) and _multiplies(node):
                message = "this makes rows of rows before the split, so the tested ones resemble those learned from"
                hint = "do it in the training, on its rows alone"
                yield Finding((), message, hint, document=code.document, span=code.span(node))


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
