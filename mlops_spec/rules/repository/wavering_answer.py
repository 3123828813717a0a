"""An answer depends on the row alone.

What counts the days until today, draws at random, or fills a gap with the mean of the rows that came in the same
request, answers the same row otherwise tomorrow, or beside others. The evaluation has seen neither.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # src/example/predict.py
    import pandas
    def load(model_dir):
        def predict(rows):
            return rows["joined"].rsub(pandas.Timestamp.today()).dt.days
        return predict

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # src/example/predict.py
    import pandas
    def load(model_dir):
        def predict(rows):
            return (rows["asked"] - rows["joined"]).dt.days
        return predict

Fix: make the moment a column of the row, keep means with the model, and draw nothing.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.code import code_of
from mlops_spec.repository.nondeterminism import wavering, why_wavering
from mlops_spec.repository.reached import reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.reached import Function
    from mlops_spec.repository.view import Python, Repository
    from mlops_spec.spec import Spec

CODE = "MS825"
NAME = "wavering-answer"
SEVERITY: Severity = "warning"

_HINT = "take it from the row, or keep it with the model"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    files = [repository.python(path) for path in code_of(spec, repository, repository.up)["package"].files]
    told: set[ast.AST] = set()  # a method is reached by its name, and within its class
    for code, function in reached("load", [each for each in files if each is not None]) if spec.train.predictor else ():
        for node, why in (*wavering(function), *_of_module(code, function)):
            if node not in told:
                told.add(node)
                yield Finding((), why, _HINT, document=code.document, span=code.span(node))


def _of_module(code: Python, function: Function) -> Iterator[tuple[ast.expr, str]]:
    """What a function reads of its module that was set when this was loaded."""
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    for node in code.tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(each, ast.Name) and each.id in read for each in targets):
            for each in ast.walk(node):
                if isinstance(each, ast.expr) and (why := why_wavering(each)):
                    yield each, why
