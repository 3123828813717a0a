"""Parameters that a piece of code reads: those that it names, or all when it passes them on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SECTION = "params"


def mentioned(tree: ast.Module) -> set[str]:
    """Every word that could be a parameter's name: texts, attributes, arguments and their names."""
    return set(_words(tree))


def picked(tree: ast.Module) -> set[str]:
    """Those words that may take a value out of something: texts and attributes, but no key that is given a value."""
    keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key, _ in _settled(node)}
    texts = {text for node in ast.walk(tree) if (text := _text(node)) is not None and id(node) not in keys}
    return texts | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def handed_on(tree: ast.Module) -> bool:
    """Whether the section `params` goes somewhere as a whole, from where anything may be read."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    own = _written_here(parents)
    return any(
        _is_params(node)
        and not (own and isinstance(node, ast.Name))
        and not _is_picked(node, parents.get(node), parents)
        for node in parents
    )


def _written_here(nodes: Iterable[ast.AST]) -> bool:
    """Whether all that the code calls `params` are numbers and texts that stand in the code itself."""
    values = []
    for node in nodes:
        if isinstance(node, ast.arg) and node.arg == _SECTION:
            return False  # somebody hands it in
        if isinstance(node, ast.Name) and node.id == _SECTION and not isinstance(node.ctx, ast.Load):
            values.append(node)
    given = [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign) and any(each in values for each in _targets(node))
    ]
    return len(given) == len(values) > 0 and all(isinstance(each, ast.Dict) and _is_settled(each) for each in given)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _is_settled(node: ast.Dict) -> bool:
    return len([*_settled(node)]) == len(node.keys)


def _settled(node: ast.Dict) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The keys of a dictionary whose values stand in the code: numbers, texts, and lists of such."""
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None and not any(
            isinstance(each, ast.Name | ast.Call | ast.Subscript) for each in ast.walk(value)
        ):
            yield key, value


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
