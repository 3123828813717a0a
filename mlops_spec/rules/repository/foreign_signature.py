"""A function that the spec names takes what it is given.

`load` is called with the model's folder, a measure with the truth and the scores. With other parameters it raises when
the model has been trained, or on the host that should answer with it.

Bad:

    # src/example/predict.py
    def load(model_dir, columns):
        return model_dir

Good:

    # src/example/predict.py
    def load(model_dir, columns=None):
        return model_dir

Fix: take one argument in a predictor, two in a measure, and give defaults to all others.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.repository.entry_points import defined, entry_points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.entry_points import Function
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS805"
NAME = "foreign-signature"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for _, name, given in entry_points(spec):
        module, _, function = name.partition(":")
        code = repository.python(repository.module(module))
        found = defined(code.tree, function) if code else None
        if code and found and (wrong := _refused_call(found, given)):
            message = f"`{function}` {wrong}, and is called with {given}"
            yield Finding((), message, "give every other one a default", document=code.document, span=code.span(found))


def _refused_call(function: Function, given: int) -> str:
    if isinstance(function, ast.AsyncFunctionDef):
        return "is `async`"
    taken = function.args
    positional = len(taken.posonlyargs) + len(taken.args)
    needed = positional - len(taken.defaults)
    keywords = [each.arg for each, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if default is None]
    if keywords:
        return f"needs {listed(keywords)} by name"
    if needed > given:
        return f"needs {needed} arguments"
    return f"takes {positional}" if positional < given and not taken.vararg else ""
