"""The files that code opens to read, where their paths are written down in it."""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_READS = regex(
    r"open|read|read_\w+|load|load_\w+|loadtxt|genfromtxt|from_file|from_csv|from_json|imread|safe_load|scan_\w+"
)
_JOINS = ("join", "joinpath")
_PATHS = ("Path", "PurePath", "PosixPath", "str", "open")
_WRITES = ("w", "a", "x")


def opened(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Each call that reads a file, and the file's path as it is written: `Path("config") / "words.txt"`."""
    names = _constants(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _is_written(node):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if not _READS.fullmatch(called):
            continue
        given = [*node.args[:1], *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
        path = next(filter(None, (_path(each, names) for each in given)), "")
        if path:
            yield node, posixpath.normpath(path)


def _constants(tree: ast.Module) -> Mapping[str, ast.expr]:
    """What a name stands for that is given a value once."""
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            values.setdefault(node.target.id, []).extend((node.iter, node.iter))
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def _path(node: ast.expr, names: Mapping[str, ast.expr], depth: int = 8) -> str:
    """A path that is written down; empty where a part of it is not."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.Name) and depth:
        return _path(names[node.id], names, depth - 1) if node.id in names else ""
    parts = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) else _parts(node)
    found = [_path(each, names, depth - 1) for each in parts if depth]
    return posixpath.join(*found) if found and all(found) else ""


def _parts(node: ast.expr) -> list[ast.expr]:
    """What a call joins to a path: of `Path`, `joinpath` and `os.path.join` all; none of any other."""
    if not isinstance(node, ast.Call) or not node.args:
        return []
    called = ast.unparse(node.func).rpartition(".")[2]
    if called in _PATHS:
        return node.args if called != "open" else node.args[:1]
    if called in _JOINS and isinstance(node.func, ast.Attribute):
        return [*([] if ast.unparse(node.func.value).endswith("path") else [node.func.value]), *node.args]
    return []


def _is_written(call: ast.Call) -> bool:
    """Whether it opens a file to write."""
    modes = [*call.args, *(each.value for each in call.keywords if each.arg == "mode")]
    texts = [each.value for each in modes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(len(text) <= 3 and text.startswith(_WRITES) for text in texts)
