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
import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
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
_KEEPS = re.compile(r"^(dump|dumps|save\w*|to_onnx|export\w*|write_\w+)$")
_PUTS_BACK = re.compile(r"^(copy\w*|move|rename|replace|load\w*|symlink\w*|download\w*)$")
_ALL = frozenset(("Exception", "BaseException"))


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for path in code_of(spec, repository, repository.up)["train"].files:
        code = repository.python(path)
        for node in ast.walk(code.tree) if code is not None else ():
            if code is not None and isinstance(node, ast.Try) and (handler := _forgiving_handler(node)):
                message = "a training that fails here ends well, with another model in its place"
                span = code.span(handler.type or node.body[0])
                yield Finding((), message, "let it fail", document=code.document, span=span)


def _forgiving_handler(node: ast.Try) -> ast.ExceptHandler | None:
    tried = _called(node.body)
    for handler in node.handlers if tried & _LEARNS else ():
        caught = ast.unparse(handler.type) if handler.type else "Exception"
        ends = any(isinstance(each, (ast.Raise, ast.Continue)) for part in handler.body for each in ast.walk(part))
        left = any(map(_KEEPS.match, tried)) or any(map(_PUTS_BACK.match, _called(handler.body)))
        if caught in _ALL and not ends and left and not _called(handler.body) & {"exit", "_exit", "abort", "fail"}:
            return handler
    return None


def _called(body: list[ast.stmt]) -> set[str]:
    calls = [each.func for part in body for each in ast.walk(part) if isinstance(each, ast.Call)]
    return {
        each.attr if isinstance(each, ast.Attribute) else each.id
        for each in calls
        if isinstance(each, (ast.Attribute, ast.Name))
    }
