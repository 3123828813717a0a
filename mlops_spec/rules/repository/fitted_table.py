"""Nothing is learned before the split.

`data.prepare` sees the tested rows. A scale, a mean to fill gaps with or a projection that was learned there has seen
them, and is not with the model: a live row is filled and scaled by nobody.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      prepare: {run: python -m example.prepare, writes: [data/rows.csv]}
    # src/example/prepare.py
    from sklearn.preprocessing import StandardScaler

    def prepared(rows, columns):
        rows[columns] = StandardScaler().fit_transform(rows[columns])
        return rows

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      prepare: {run: python -m example.prepare, writes: [data/rows.csv]}
    # src/example/prepare.py
    def prepared(rows):
        return rows.dropna(subset=["label"])

Fix: do it in the model, as a step of its pipeline.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.nondeterminism import why_relative_or_filled
from mlops_spec.repository.prepared import BY_ANSWERS, prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS843"
NAME = "fitted-table"
SEVERITY: Severity = "warning"

_LEARNS = frozenset(("fit", "fit_transform"))
#: They learn nothing, or no more than which values there are.
_HARMLESS = regex(
    r"\b(HashingVectorizer|FeatureHasher|FunctionTransformer|Normalizer|Binarizer|LabelEncoder|OrdinalEncoder"
    r"|OneHotEncoder|LabelBinarizer|MultiLabelBinarizer|TransformerMixin)\b"
)
_HINT = "make it a step of the model's pipeline"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for code in prepared(spec, repository):
        made = _made(code.tree)
        for node in ast.walk(code.tree):
            if isinstance(node, ast.expr) and (message := _why(node, made)):
                yield Finding((), message, _HINT, document=code.document, span=code.span(node))


def _why(node: ast.expr, made: dict[str, str]) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LEARNS:
        what = ast.unparse(node.func.value)
        learner = made.get(what, what)
        if not _HARMLESS.search(learner) and not BY_ANSWERS.search(learner.partition("(")[0].rpartition(".")[2]):
            return f"`{node.func.attr}` learns here from the tested rows, too"
    filled = why_relative_or_filled(node)
    return f"{filled.partition(' is of ')[0]} is of the tested rows, too" if filled else ""


def _made(tree: ast.Module) -> dict[str, str]:
    """What each name is given, as text."""
    return {
        ast.unparse(target): ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
    }
