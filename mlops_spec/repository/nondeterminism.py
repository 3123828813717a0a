"""Expressions whose value depends on the day, on chance or on the other rows, and why."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.repository.reached import Function

_MOMENTS = frozenset(("now", "today", "utcnow"))
_OF_TIME = regex(r"(^|\.)(datetime|date|Timestamp|pd|pandas|dt|arrow|pendulum)$")
_READS_TIME = frozenset(("Timestamp", "to_datetime", "datetime64"))
_DRAWS = regex(
    r"(^|\.)(np|numpy)\.random\.(?!default_rng|seed|Generator|RandomState)\w+$"
    r"|^random\.(random|choice|choices|gauss|uniform|randint|shuffle|sample)$"
    r"|^torch\.(rand|randn|randint|bernoulli|multinomial)$"
)
_SEEDS = frozenset(("random_state", "seed", "generator"))
_MEANS = frozenset(("mean", "median", "mode", "std"))
_LEARNS = frozenset(("fit_transform", "fit_predict", "factorize", "qcut"))
_SAYS = regex(r"(^|\.)(print|debug|info|warning|error|exception|critical|log)$")


def wavering(function: Function) -> Iterator[tuple[ast.expr, str]]:
    """Each such expression of a function or class, but for those that are only printed or logged."""
    for node in _decisive(function):
        if isinstance(node, ast.FunctionDef) and node.name != "load":
            yield from ((call, "`fit` learns anew from the rows of each request") for call in _fitted(node))
        elif isinstance(node, ast.expr) and (why := why_wavering(node)):
            yield node, why


def why_wavering(node: ast.expr) -> str:
    """Why a value is another one tomorrow, the next time or beside others; empty where it is not."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Div)):
        return _why_relative(node)
    if isinstance(node, ast.Attribute):
        codes = re.search(r"\.astype\(['\"]category['\"]\)\.cat\.codes$", ast.unparse(node))
        return "the codes are of the values in the same request" if codes else ""
    return _why_unsteady(node) or _why_of_neighbours(node) if isinstance(node, ast.Call) else ""


def why_relative_or_filled(node: ast.expr) -> str:
    """Why a value is one of other rows: their mean fills a gap, or is held against it; empty where it is not."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Div)):
        return _why_relative(node)
    return _why_filled(node) if isinstance(node, ast.Call) else ""


def _decisive(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Call) and _SAYS.search(ast.unparse(child.func))):
            yield from _decisive(child)


def _fitted(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Calls of `fit` on what a function is given."""
    given = {each.arg for each in function.args.args}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit":
            named = {each.id for part in node.args for each in ast.walk(part) if isinstance(each, ast.Name)}
            if named & given:
                yield node


def _why_unsteady(call: ast.Call) -> str:
    name = ast.unparse(call.func)
    owner, _, last = name.rpartition(".")
    said = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    if (last in _MOMENTS and _OF_TIME.search(owner)) or (last in _READS_TIME and said in ("now", "today")):
        return f"`{name}` gives the same row another answer tomorrow"
    options = {each.arg for each in call.keywords}
    rows = last == "sample" and bool(options & {"frac", "n"}) and not options & _SEEDS
    if _DRAWS.search(name) or rows or (last == "default_rng" and not call.args and not options):
        return f"`{name}` gives the same row another answer each time"
    return ""


def _why_of_neighbours(call: ast.Call) -> str:
    last = ast.unparse(call.func).rpartition(".")[2]
    options = {each.arg: each.value for each in call.keywords}
    if last in _LEARNS or (last == "rank" and "pct" in options):
        return f"`{last}` learns anew from the rows of each request"
    if last == "get_dummies" and isinstance(drop := options.get("drop_first"), ast.Constant) and drop.value is True:
        return "of a single row the only value is the first, and `drop_first` drops it"
    return _why_filled(call)


def _why_filled(call: ast.Call) -> str:
    """Of a gap that is filled with a mean of its column."""
    last = ast.unparse(call.func).rpartition(".")[2]
    options = {each.arg: each.value for each in call.keywords}
    filled = [*call.args[:1], *(options[key] for key in ("value",) if key in options)] if last == "fillna" else []
    means = [name for part in filled for each in ast.walk(part) if (name := _mean_over_rows(each))]
    return f"the {means[0]} is of the rows in the same request" if means else ""


def _why_relative(node: ast.BinOp) -> str:
    """Of what is held against the mean of the same column."""
    mean = _mean_over_rows(node.right)
    if not mean or not isinstance(node.right, ast.Call) or not isinstance(node.right.func, ast.Attribute):
        return ""
    column = ast.unparse(node.right.func.value)
    return f"the {mean} is of the rows in the same request" if column in ast.unparse(node.left) else ""


def _mean_over_rows(node: ast.AST) -> str:
    """The name of a mean that is taken down a column; empty for any other node, also for one along a row."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _MEANS:
        return ""
    axes = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "axis")]
    along = any(not isinstance(each, ast.Constant) or each.value not in (0, "index") for each in axes)
    return "" if along else node.func.attr
