"""Changed copies of a row that code makes: for each angle a turned photo, for each draw a noisy text."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHANGES = regex(
    r"(^|_)(rotat\w*|flip\w*|mirror\w*|transpos\w*|augment\w*|jitter\w*|crop\w*|blur\w*|nois\w+|perturb\w*"
    r"|paraphras\w*|back_?translat\w*|synonyms?|brightness|contrast|shift_pitch|pitch_shift|time_stretch|stretch|mixup"
    r"|cutout|distort\w*|shear\w*|normal|uniform|swap_words|drop_words|eda)$",
)


_KEEPS = ("append", "writerow")


class Copies(NamedTuple):
    """What is kept of each copy: its columns that differ from copy to copy (`apart`), and those that don't."""

    node: ast.expr
    apart: frozenset[str]
    together: frozenset[str]


def copies(tree: ast.Module) -> Iterator[Copies]:
    """Each row that a loop over a few ways to change another row keeps, as a mapping of columns."""
    for loop in _inner_loops(tree):
        told = _changing(loop)
        called = [ast.unparse(each.func).rpartition(".")[2] for each in ast.walk(loop) if isinstance(each, ast.Call)]
        for row in _kept(loop) if any(_CHANGES.search(name) for name in called) else ():
            pairs = [
                (key.value, value)
                for key, value in zip(row.keys, row.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
            differ = {str(key): bool(_names(value) & told) for key, value in pairs}
            yield Copies(row, *(frozenset(key for key in differ if differ[key] is each) for each in (True, False)))


def _inner_loops(tree: ast.Module) -> Iterator[ast.For]:
    """Loops over a list that is written down, or over a count, within a loop over rows."""
    for outer in ast.walk(tree):
        for inner in ast.walk(outer) if isinstance(outer, ast.For) and not _is_few(outer.iter) else ():
            if inner is not outer and isinstance(inner, ast.For) and _is_few(inner.iter):
                yield inner


def _is_few(node: ast.expr) -> bool:
    of = node.args[0] if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) == "enumerate" else node
    counted = isinstance(of, ast.Call) and ast.unparse(of.func) == "range" and all(map(_is_fixed, of.args))
    return counted or isinstance(of, ast.List | ast.Tuple) or (isinstance(of, ast.Name) and of.id.isupper())


def _is_fixed(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def _changing(loop: ast.For) -> set[str]:
    """The names whose values differ from turn to turn: the loop's own, and what is made of them."""
    found = _names(loop.target)
    for node in ast.walk(loop):
        if isinstance(node, ast.Assign) and _names(node.value) & found:
            found = found | {name for target in node.targets for name in _names(target)}
    return found


def _kept(loop: ast.For) -> Iterator[ast.Dict]:
    for node in ast.walk(loop):
        given = node.value if isinstance(node, ast.Yield) else None
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] in _KEEPS:
            given = node.args[0]
        if isinstance(given, ast.Dict):
            yield given


def _names(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
