"""The functions and classes that a call reaches, told by their names: all that are named, so more than really run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.repository.view import Python

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def reached(name: str, files: Sequence[Python]) -> Iterator[tuple[Python, Function]]:
    """The functions, methods and classes that the function `name` may call, itself among them, with their files."""
    known = {node.name: (code, node) for code in files for node in _outermost(code.tree) if isinstance(node, Function)}
    left, seen = [name], {name}
    while left:
        if (each := left.pop()) not in known:
            continue
        yield known[each]
        called = _names(known[each][1]) - seen
        seen |= called
        left += sorted(called)


def _outermost(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        yield node
        if isinstance(node, ast.ClassDef):
            yield from node.body


def _names(function: Function) -> set[str]:
    called = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {
        each.attr if isinstance(each, ast.Attribute) else each.id
        for each in called
        if isinstance(each, (ast.Attribute, ast.Name))
    }
