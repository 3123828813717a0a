"""Which values of `params.yaml` a program takes, by the names that it asks for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.companions import PARAMS
from mlops_spec.platforms.github.workflow.program import names_in

if TYPE_CHECKING:
    from mlops_spec.platforms.github.workflow.program import Program

_Path = tuple[str, ...]
_METHODS = frozenset(("get", "items", "keys", "values", "copy", "update", "pop"))


def params_read(program: Program) -> set[str]:
    """The values that a program takes one by one, as DVC writes them, `train.eta`; what it passes on is not told."""
    known = _opened(program)
    for node in program.nodes:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        path = _path(node.value, program, known) if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and path is not None:
            known[target.id] = path
    paths = {_path(node, program, known) for node in program.nodes if isinstance(node, ast.expr)}
    return {".".join(path) for path in paths if path}


def _opened(program: Program) -> dict[str, _Path]:
    """The names of open files, which hold all parameters once they are loaded."""
    return {
        item.optional_vars.id: ()
        for node in program.nodes
        if isinstance(node, ast.With)
        for item in node.items
        if isinstance(item.optional_vars, ast.Name)
        and any(each.endswith(PARAMS) for each in names_in(item.context_expr))
    }


def _path(node: ast.expr, program: Program, known: dict[str, _Path]) -> _Path | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Subscript):
        return _below(_path(node.value, program, known), node.slice)
    if isinstance(node, ast.Attribute):
        above = _path(node.value, program, known)
        return None if above is None or node.attr in _METHODS else (*above, node.attr)
    return _of_call(node, program, known) if isinstance(node, ast.Call) else None


def _of_call(node: ast.Call, program: Program, known: dict[str, _Path]) -> _Path | None:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        return _below(_path(node.func.value, program, known), node.args[0])
    name = program.called(node.func)
    given = [each for argument in node.args for each in names_in(argument)]
    if name.endswith("params_show") or any(each.endswith(PARAMS) for each in given):
        return ()
    return () if "load" in name and any(known.get(each) == () for each in given) else None


def _below(above: _Path | None, key: ast.expr) -> _Path | None:
    if above is None or not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return None
    return (*above, key.value)
