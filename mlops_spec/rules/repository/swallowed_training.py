"""A training that fails leaves no model.

Where a failure is caught and the model of before is put in its place, or left there, the run ends well: an old model is
judged, registered and deployed under a new version, and what went wrong stands in a log that nobody reads.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # src/example/train.py
    import shutil
    def main(rows, model):
        try:
            model.fit(rows)
        except Exception:
            shutil.copy("models/last.skops", "build/model/model.skops")

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # src/example/train.py
    def main(rows, model):
        model.fit(rows)

Fix: let it fail.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.code import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS826"
NAME = "swallowed-training"
SEVERITY: Severity = "error"

_LEARNS = frozenset(("fit", "train", "fit_transform", "partial_fit", "fit_model", "train_model"))
_KEEPS = regex(r"^(dump|dumps|save\w*|to_onnx|export\w*|write_\w+)$")
_PUTS_BACK = regex(r"^(copy\w*|move|rename|load(?!s$)\w*|symlink\w*|download\w*)$")
_ALL = frozenset(("Exception", "BaseException"))
#: What a library raises that can't learn from the rows.
_OF_TRAINING = frozenset(("ValueError", "RuntimeError", "MemoryError", "ArithmeticError", "LinAlgError"))
_ENDS = frozenset(("exit", "_exit", "quit", "abort", "fail"))


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for path in code_of(spec, repository, repository.up)["train"].files:
        code = repository.python(path)
        for node in ast.walk(code.tree) if code is not None else ():
            if code is not None and (place := _forgiven_at(node)):
                message = "a training that fails here ends well, with another model in its place"
                yield Finding((), message, "let it fail", document=code.document, span=code.span(place))


def _forgiven_at(node: ast.AST) -> ast.expr | ast.stmt | None:
    """Where a node says that a training may fail; None where it says no such thing."""
    if isinstance(node, ast.Try):
        tried = _called(node.body)
        handler = next((each for each in node.handlers if _forgives(each, tried)), None) if tried & _LEARNS else None
        return (handler.type or node.body[0]) if handler else None
    if isinstance(node, ast.With) and (tried := _called(node.body)) & _LEARNS and any(map(_KEEPS.match, tried)):
        opened = [item.context_expr for item in node.items]
        return next((each for each in opened if _suppresses(each)), None)
    return None


def _suppresses(node: ast.expr) -> bool:
    called = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
    return isinstance(node, ast.Call) and called == "suppress" and any(_names(each) & _ALL for each in node.args)


def _forgives(handler: ast.ExceptHandler, tried: set[str]) -> bool:
    caught = _names(handler.type) if handler.type else _ALL
    put_back = any(map(_PUTS_BACK.match, _called(handler.body))) or "os.replace(" in ast.unparse(handler)
    left = put_back or any(map(_KEEPS.match, tried))
    taken = caught & _ALL or (put_back and caught & _OF_TRAINING)
    return bool(taken) and left and not any(_ends(each) for part in handler.body for each in ast.walk(part))


def _ends(node: ast.AST) -> bool:
    """Whether a statement or call hands the failure on, or goes on with the next of several."""
    if isinstance(node, (ast.Raise, ast.Continue)):
        return True
    if isinstance(node, ast.Return):
        return isinstance(node.value, ast.Constant) and _is_failure(node.value)
    last = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
    if not isinstance(node, ast.Call) or last not in _ENDS:
        return False
    return not _is_success(node.args[0]) if node.args else last not in ("exit", "quit")


def _is_failure(node: ast.Constant) -> bool:
    return type(node.value) is int and node.value != 0


def _is_success(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (0, None)


def _names(node: ast.expr) -> set[str]:
    return {ast.unparse(each).rpartition(".")[2] for each in (node.elts if isinstance(node, ast.Tuple) else [node])}


def _called(body: list[ast.stmt]) -> set[str]:
    calls = [each.func for part in body for each in ast.walk(part) if isinstance(each, ast.Call)]
    return {
        each.attr if isinstance(each, ast.Attribute) else each.id
        for each in calls
        if isinstance(each, (ast.Attribute, ast.Name))
    }
