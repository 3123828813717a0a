"""What code makes of the rows of a group: `groupby` and `group_by`, as pandas and polars have them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Parents = dict[ast.AST, ast.AST]

_GROUPS = frozenset(("groupby", "group_by"))
#: What each row gets, or is given to it by the group's name.
_TO_ROWS = frozenset(("transform", "over"))
_BY_NAME = frozenset(("map", "merge", "join", "replace"))
#: Rows before the row itself alone.
_PAST = frozenset(("shift", "expanding", "rolling", "cumsum", "cumcount", "cummax", "rolling_mean"))


class Grouped(NamedTuple):
    """One call over groups: the whole of it, and the names and texts in it."""

    node: ast.expr
    by: frozenset[str]
    names: frozenset[str]
    texts: frozenset[str]

    @property
    def of_past(self) -> bool:
        return bool(self.names & _PAST)


def parents_of(tree: ast.Module) -> Parents:
    """Each node's parent."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def given_to_rows(tree: ast.Module) -> Iterator[Grouped]:
    """What is told of a group and given to each of its rows."""
    parents = parents_of(tree)
    looked_up = {name for node in ast.walk(tree) if _is_lookup(node) for name in _names(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "over":
            yield _grouped(node, _texts(node.args))
        elif node.func.attr in _GROUPS:
            whole = _whole(node, parents)
            found = _grouped(whole, _texts([*node.args, *(each.value for each in node.keywords)]))
            if found.names & _TO_ROWS or _is_given(whole, parents, looked_up):
                yield found


def column_of(node: ast.AST, parents: Parents) -> str:
    """The column that a value becomes, as in `rows["x"] = ...` and `rows.assign(x=...)`; empty where it is none."""
    while (above := parents.get(node)) is not None:
        if isinstance(above, ast.keyword) and isinstance(call := parents[above], ast.Call):
            return (above.arg or "") if ast.unparse(call.func).endswith(("assign", "with_columns")) else ""
        if isinstance(above, ast.Assign):
            target = above.targets[0]
            key = target.slice if isinstance(target, ast.Subscript) else None
            return str(key.value) if isinstance(key, ast.Constant) else ""
        node = above
    return ""


def _grouped(node: ast.expr, by: frozenset[str]) -> Grouped:
    names = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    return Grouped(node, by, frozenset(names), _texts([node]))


def _whole(node: ast.expr, parents: Parents) -> ast.expr:
    """The chain of calls and columns that a call begins."""
    above = parents.get(node)
    while isinstance(above, ast.Attribute | ast.Subscript | ast.Call) and node in (
        getattr(above, "value", None),
        getattr(above, "func", None),
    ):
        node, above = above, parents.get(above)
    return node


def _is_given(node: ast.AST, parents: Parents, looked_up: set[str]) -> bool:
    """Whether rows get the value by the name of their group, at once or by the name that it is given."""
    above = parents.get(node)
    if isinstance(above, ast.Assign):
        return any(isinstance(each, ast.Name) and each.id in looked_up for each in above.targets)
    return above is not None and _is_lookup(above) and node is not getattr(above, "func", None)


def _is_lookup(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _BY_NAME


def _names(node: ast.AST) -> Iterator[str]:
    given = [*node.args, *(each.value for each in node.keywords)] if isinstance(node, ast.Call) else []
    yield from (each.id for part in given for each in ast.walk(part) if isinstance(each, ast.Name))


def _texts(nodes: list[ast.expr]) -> frozenset[str]:
    walked = (each for node in nodes for each in ast.walk(node))
    return frozenset(each.value for each in walked if isinstance(each, ast.Constant) and isinstance(each.value, str))
