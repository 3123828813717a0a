"""Training leaves no pickle in `build/model`.

A package with one is refused, since reading it runs whatever code is in it; but only when the training is over, and its
hours are lost. `torch.save`, `joblib.dump` and `save_pretrained(…, safe_serialization=False)` write pickles, whatever
the file is called.

Bad:

    train:
      run: python -m example.train
      format: safetensors
      predictor: example.predict:load
    # src/example/train.py
    import torch
    def keep(network):
        torch.save(network.state_dict(), "build/model/model.safetensors")

Good:

    train:
      run: python -m example.train
      format: safetensors
      predictor: example.predict:load
    # src/example/train.py
    from safetensors.torch import save_model
    def keep(network):
        save_model(network, "build/model/model.safetensors")

Fix: write skops, ONNX, safetensors or JSON; checkpoints that only training reads lie elsewhere.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.program import Program, is_false, keywords
from mlops_spec.regex import regex
from mlops_spec.repository.code import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS841"
NAME = "pickling-training"
SEVERITY: Severity = "error"

_WRITERS = regex(r"(pickle|_pickle|joblib|cloudpickle|dill|torch)\.(dump|save)$|(^|\.)to_pickle$")
_PATHS = regex(r"(^|\.)(Path|open|str|join)$")
_MODEL = str(model_folder.MODEL)


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for path in code_of(spec, repository, repository.up)["train"].files:
        python = repository.python(path)
        if python is None or _MODEL not in python.document.text:
            continue
        program = Program(python)
        folders = _names_of_the_folder(program)
        for call, name in program.calls:
            if _writes_pickle(call, name) and any(
                _lies_there(each, program, folders) for each in (*call.args, *keywords(call).values())
            ):
                message = f"`{name}` writes a pickle into {_MODEL}, which no package takes"
                hint = "write skops, ONNX or safetensors"
                yield Finding((), message, hint, document=python.document, span=python.span(call))


def _writes_pickle(call: ast.Call, name: str) -> bool:
    if name.endswith(".save_pretrained"):
        return is_false(keywords(call).get("safe_serialization"))
    return bool(_WRITERS.search(name))


def _names_of_the_folder(program: Program) -> frozenset[str]:
    """Names of paths and open files in the model's folder."""
    found: set[str] = set()
    for node in program.nodes:
        for name, value in _named(node):
            if _lies_there(value, program, found):
                found.add(name)
    return frozenset(found)


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
        yield node.optional_vars.id, node.context_expr


def _lies_there(node: ast.expr, program: Program, folders: AbstractSet[str]) -> bool:
    """Whether an expression is a path in the model's folder, or what was opened there."""
    start = _start(node, program)
    if isinstance(start, ast.Name):
        return start.id in folders
    return isinstance(start, ast.Constant) and str(start.value).startswith(_MODEL)


def _start(node: ast.expr, program: Program) -> ast.expr:
    """What a path begins with: a text, or a name."""
    while True:
        match node:
            case ast.BinOp(left=inner) | ast.JoinedStr(values=[inner, *_]) | ast.FormattedValue(value=inner):
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr="open" | "with_suffix" | "joinpath")):
                node = inner
            case ast.Call(args=[inner, *_]) if _PATHS.search(program.called(node.func)):
                node = inner
            case _:
                return node
