"""The code does not use a protected attribute.

The spec keeps the attribute from the model's columns; code that reads it by name brings it back in, and no gate knows.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
    train:
      run: python -m example.train
      features: {exclude: [sex]}
      predictor: example.predict:load
    gates:
      - {metric: roc_auc, min: 0.75}
      - {fairness: equalized_odds_difference, by: sex, max: 0.1}
    governance: {risk: limited, intended_use: Ranks applications for a person who decides.}
    # src/example/train.py
    def fit(rows):
        return weighted(rows, by=rows["sex"])

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
    train:
      run: python -m example.train
      features: {exclude: [sex]}
      predictor: example.predict:load
    gates:
      - {metric: roc_auc, min: 0.75}
      - {fairness: equalized_odds_difference, by: sex, max: 0.1}
    governance: {risk: limited, intended_use: Ranks applications for a person who decides.}
    # src/example/train.py
    def fit(rows):
        return plain(rows)

Fix: take it out, or say in a comment behind it why it is right there: `# mlops-spec: ignore[MS807] reason`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS807"
NAME = "protected-in-code"
SEVERITY: Severity = "warning"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    protected = [column for column in spec.data.protected if not is_feature(spec, column)]
    for code in repository.code() if protected else ():
        for node in ast.walk(code.tree):
            if isinstance(node, ast.expr) and (column := _named_column(node, protected)):
                message = f"the protected attribute `{column}` is used here"
                hint = "the spec keeps it from the model: say why the code needs it, or take it out"
                yield Finding((), message, hint, document=code.document, span=code.span(node))


def _named_column(node: ast.expr, columns: Collection[str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in columns:
        return node.value
    return node.attr if isinstance(node, ast.Attribute) and node.attr in columns else ""
