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
import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.code import code_of
from mlops_spec.repository.reached import reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS825"
NAME = "wavering-answer"
SEVERITY: Severity = "warning"

_MOMENTS = frozenset(("now", "today", "utcnow"))
_OF_TIME = re.compile(r"(^|\.)(datetime|date|Timestamp|pd|pandas|dt|arrow|pendulum)$")
_DRAWS = re.compile(
    r"(^|\.)(np|numpy)\.random\.(?!default_rng|seed|Generator|RandomState)\w+$|^random\.(random|choice|choices|gauss|uniform|randint|shuffle)$"
)
_MEANS = frozenset(("mean", "median", "mode", "std"))
_HINT = "take it from the row, or keep it with the model"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    files = [repository.python(path) for path in code_of(spec, repository, repository.up)["package"].files]
    told: set[ast.AST] = set()  # a method is reached by its name, and within its class
    for code, function in reached("load", [each for each in files if each is not None]) if spec.train.predictor else ():
        for call, why in _wavering(function):
            if call not in told:
                told.add(call)
                yield Finding((), why, _HINT, document=code.document, span=code.span(call))


def _wavering(function: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and (why := _why_wavering(node)):
            yield node, why
        elif isinstance(node, ast.FunctionDef) and node.name != "load":
            yield from ((call, "`fit` learns anew from the rows of each request") for call in _fitted(node))


def _fitted(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Calls of `fit` on what a function is given."""
    given = {each.arg for each in function.args.args}
    for node in ast.walk(function):
        fits = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit"
        if (
            fits
            and isinstance(node, ast.Call)
            and any(isinstance(each, ast.Name) and each.id in given for each in node.args)
        ):
            yield node


def _why_wavering(call: ast.Call) -> str:
    name = ast.unparse(call.func)
    owner, _, last = name.rpartition(".")
    if last in _MOMENTS and _OF_TIME.search(owner):
        return f"`{name}` gives the same row another answer tomorrow"
    if _DRAWS.search(name) or (last == "default_rng" and not call.args and not call.keywords):
        return f"`{name}` gives the same row another answer each time"
    if last in ("fit_transform", "fit_predict"):
        return f"`{last}` learns anew from the rows of each request"
    options = {each.arg: each.value for each in call.keywords}
    if last == "get_dummies" and isinstance(drop := options.get("drop_first"), ast.Constant) and drop.value is True:
        return "of a single row the only value is the first, and `drop_first` drops it"
    filled = call.args[0] if call.args and last == "fillna" else None
    if isinstance(filled, ast.Call) and isinstance(filled.func, ast.Attribute) and filled.func.attr in _MEANS:
        return f"the {filled.func.attr} is of the rows in the same request"
    return ""
