"""Imports of one Python file, read and never run: the modules it names, and dynamic ones that name none."""

from __future__ import annotations

import ast
import json
import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_NAME = frozenset({"import_module", "__import__", "run_module"})
_BY_PATH = frozenset({"run_path", "spec_from_file_location"})


class Imported(NamedTuple):
    """One import: a module by its dotted name, `level` packages up (0: absolute), and the names taken from it."""

    module: str
    level: int = 0
    names: tuple[str, ...] = ()


class Hidden(NamedTuple):
    """A line that imports what only running it can tell."""

    line: int
    code: str


def imports(text: str) -> Iterator[Imported | Hidden]:
    """The imports of a Python file wherever in it they stand; none where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Imported(name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield Imported(node.module or "", node.level, tuple(name.name for name in node.names))
        elif isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.stmt) and _changes_search_path(node):
            yield Hidden(node.lineno, ast.unparse(node))


def notebook(text: str) -> str:
    """The Python in a Jupyter notebook's cells, without the lines that are IPython's own; empty where it is none."""
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    lines = (line for source in sources for line in source.splitlines())
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)


def _called(call: ast.Call) -> Iterator[Imported | Hidden]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else None
    if name in _BY_NAME and isinstance(first, ast.Constant) and isinstance(first.value, str):
        if first.value.startswith("."):
            yield Hidden(call.lineno, ast.unparse(call))
        else:
            yield Imported(first.value)
    elif name in _BY_NAME | _BY_PATH or _changes_search_path(call):
        yield Hidden(call.lineno, ast.unparse(call))


def _changes_search_path(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="sys"), attr="path"))):
            return True
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="sys"), attr="path")]):
            return True
        case ast.AugAssign(target=ast.Attribute(value=ast.Name(id="sys"), attr="path")):
            return True
    return False
