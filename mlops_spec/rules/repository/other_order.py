"""The columns of an answer come in the order of the target.

An answer for several labels, numbers or quantiles has a column for each, in the order in which the spec names them,
and one for each class in the order of their values. A predictor with a list of its own in another order gives threats
out as adult content. What is rare hides it, for a measure over all labels hardly moves.

Bad:

    task: multilabel-classification
    data:
      path: data/rows.csv
      target: [threat, insult, adult]
      id: id
    train:
      run: python -m example.train
      predictor: example.predict:load
    gates:
      - metric: f1_macro
        min: 0.6
    # src/example/predict.py
    LABELS = ["adult", "insult", "threat"]
    def load(model_dir):
        return [model_dir / label for label in LABELS]

Good:

    task: multilabel-classification
    data:
      path: data/rows.csv
      target: [threat, insult, adult]
      id: id
    train:
      run: python -m example.train
      predictor: example.predict:load
    gates:
      - metric: f1_macro
        min: 0.6
    # src/example/predict.py
    LABELS = ["threat", "insult", "adult"]
    def load(model_dir):
        return [model_dir / label for label in LABELS]

Fix: take the order of the spec, or keep the list with the model.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.code import code_of
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS850"
NAME = "other-order"
SEVERITY: Severity = "error"

_REORDERS = regex(r"argsort|reindex|searchsorted|\.index\(")
_OF_TARGET = regex(r"target|label|class|quantile|heads?\b")


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    orders: list[list[object]] = [[*spec.data.targets], [*(spec.data.quantiles or ())], _classes(spec)]
    if spec.train.predictor is None:
        return
    for path in code_of(spec, repository, repository.up)["package"].files:
        code = repository.python(path) if path.endswith(".py") else None
        if code is None or _REORDERS.search(code.document.text):
            continue
        nodes = [node for node in ast.walk(code.tree) if isinstance(node, ast.expr)]
        for order in (each for each in orders if len(each) > 1):
            written = [(node, found) for node in nodes if (found := _written(node, order))]
            if written and not any(found == order for _, found in written):
                node, found = written[0]
                message = (
                    f"an answer has the columns {listed(map(str, order))} in this order, and here they stand in another"
                )
                yield Finding((), message, "take the order of the spec", document=code.document, span=code.span(node))


def _classes(spec: Spec) -> list[object]:
    """The classes in the order of an answer, that of their values, where there are more than two."""
    task, column = TASKS[spec.task], spec.data.contract.columns.get(spec.data.targets[0]) if spec.data.targets else None
    values = column.values if column is not None and task.decides == "largest" else None
    return [*sorted(values or (), key=str)] if all(isinstance(each, str) for each in values or ()) else []


def _written(node: ast.expr, order: Sequence[object]) -> list[object]:
    """The same names or numbers, as a list of the code has them, or as it sorts them; else nothing."""
    if isinstance(node, ast.List | ast.Tuple):
        values: list[object] = [each.value for each in node.elts if isinstance(each, ast.Constant)]
        same = len(values) == len(order) == len(node.elts) and set(values) == set(order)
        return values if same else []
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "sorted" and len(node.args) == 1 and not node.keywords:
        of_target = _OF_TARGET.search(ast.unparse(node.args[0]).lower())
        return [*sorted(order, key=str)] if of_target and all(isinstance(each, str) for each in order) else []
    return []
