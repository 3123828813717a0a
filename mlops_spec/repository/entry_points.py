"""The functions that a spec names, found in the code without importing it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.spec.evaluate import CustomMetric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address
    from mlops_spec.spec import Spec

Function = ast.FunctionDef | ast.AsyncFunctionDef


def entry_points(spec: Spec) -> Iterator[tuple[Address, str, int]]:
    """Each `package.module:function` of the spec, and how many arguments it is called with."""
    if spec.train.predictor:
        yield ("train", "predictor"), spec.train.predictor, 1
    for index, metric in enumerate(spec.evaluate.metrics):
        if isinstance(metric, CustomMetric):
            yield ("evaluate", "metrics", index, "run"), metric.run, 2


def bound(tree: ast.Module) -> Iterator[str]:
    """The names that a module has when it is imported, wherever in it they are bound."""
    for node in _outside_functions(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (name.asname or name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def names_all(tree: ast.Module) -> Iterator[str]:
    """What a module hides from readers: a star import, or a function that makes up names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names):
            yield "*"
    yield from (node.name for node in tree.body if isinstance(node, Function) and node.name == "__getattr__")


def defined(tree: ast.Module, name: str) -> Function | None:
    """The definition of a function at the top of a module, the last one, where no decorator changes what it takes."""
    functions = [node for node in tree.body if isinstance(node, Function) and node.name == name]
    return functions[-1] if functions and not functions[-1].decorator_list else None


def _outside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)
