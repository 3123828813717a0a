"""The package's modules as texts and imports, each read once by a process: to parse them all takes seconds."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PACKAGE = Path(__file__).parent.parent / "mlops_spec"


class Taken(NamedTuple):
    """One `import` of a file: from where (empty: a plain one), what, and whether it stands in a function."""

    base: str
    names: tuple[str, ...]
    late: bool


@cache
def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def naming(words: str, files: Iterable[Path]) -> Iterator[tuple[Path, ast.Module]]:
    """The files whose text has the expression `words`, each parsed: no other can name what a test looks for."""
    expression = re.compile(words)
    for file in files:
        if expression.search(text_of(file)):
            yield file, ast.parse(text_of(file))


@cache
def taken(file: Path) -> tuple[Taken, ...]:
    """What a file imports, wherever in it."""
    return tuple(_taken(ast.parse(text_of(file)), late=False))


def _taken(node: ast.AST, *, late: bool) -> Iterator[Taken]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom):
            yield Taken(child.module or "", tuple(each.name for each in child.names), late)
        elif isinstance(child, ast.Import):
            yield Taken("", tuple(each.name for each in child.names), late)
        elif not isinstance(child, ast.expr):  # which holds none
            yield from _taken(child, late=late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))
