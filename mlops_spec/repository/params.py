"""Parameters that a piece of code reads: those that it names, or all when it passes them on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECTION = "params"


def mentioned(tree: ast.Module) -> set[str]:
    """Every word that could be a parameter's name: texts, attributes, arguments and their names."""
    return set(_words(tree))


def picked(tree: ast.Module) -> set[str]:
    """Those words that may take a value out of something: texts and attributes."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def handed_on(tree: ast.Module) -> bool:
    """Whether the section `params` goes somewhere as a whole, from where anything may be read."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return any(_is_params(node) and not _is_picked(node, parents.get(node), parents) for node in parents)


def _words(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, (ast.arg, ast.keyword)) and node.arg:
            yield node.arg


def _is_params(node: ast.AST) -> bool:
    """`x["params"]`, `x.get("params")`, `x.params`, and a variable of that name where it is read."""
    if isinstance(node, ast.Subscript):
        return _text(node.slice) == _SECTION
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return bool(node.args) and _text(node.args[0]) == _SECTION
    if isinstance(node, ast.Attribute):
        return node.attr == _SECTION
    return isinstance(node, ast.Name) and node.id == _SECTION and isinstance(node.ctx, ast.Load)


def _is_picked(node: ast.AST, parent: ast.AST | None, parents: dict[ast.AST, ast.AST]) -> bool:
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return _text(parent.slice) is not None
    if isinstance(parent, ast.Attribute):
        call = parents.get(parent)
        return (
            parent.attr == "get" and isinstance(call, ast.Call) and bool(call.args) and _text(call.args[0]) is not None
        )
    if isinstance(parent, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id == _SECTION for target in parent.targets)
    return isinstance(parent, ast.keyword) and parent.arg == _SECTION


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
