"""A condition as the tree of its expression, by GitHub's grammar; an invalid one has no tree.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TOKEN = regex(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d[\w.]*)|(?P<name>[A-Za-z_][\w.\-*]*(?:\[[^\]]*\][\w.\-*]*)*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>(),]))"
)
_COMPARES = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Literal:
    """A text, a number as it is written, or `true`, `false`, `null`."""

    value: str
    is_text: bool = False

    @property
    def is_truth(self) -> bool:
        return not self.is_text and self.value in ("true", "false")


@dataclass(frozen=True)
class Name:
    """A context's value, such as `needs.train.result`."""

    path: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments; `!` and the operators are such too, by their signs."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Name | Call


def inner(condition: str) -> str | None:
    """The expression of a condition; None where it is a text around expressions, which always holds."""
    if "${{" not in condition:
        return condition.strip()
    whole = re.fullmatch(r"\$\{\{((?:(?!\}\}).)*)\}\}", condition, re.DOTALL)
    return whole[1].strip() if whole else None


def tree(condition: str) -> Node | None:
    expression = inner(condition)
    if not expression:
        return None
    tokens: list[tuple[str, str]] = []
    place = 0
    while place < len(expression.rstrip()):
        match = _TOKEN.match(expression, place)
        if not match or not match.lastgroup:
            return None
        tokens.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    node = _either(tokens)
    return None if tokens else node


def walk(node: Node | None) -> Iterator[Node]:
    """A tree's nodes, each before those within it."""
    if node is not None:
        yield node
    if isinstance(node, Call):
        for each in node.arguments:
            yield from walk(each)


def operands(node: Node | None) -> Iterator[Node]:
    """What a condition asks the truth of: what its `!`, `&&` and `||` join."""
    if isinstance(node, Call) and node.name in ("!", "&&", "||"):
        for each in node.arguments:
            yield from operands(each)
    elif node is not None:
        yield node


def demands(node: Node | None) -> Iterator[Node]:
    """What must hold for a condition to hold: the parts that `&&` joins."""
    if isinstance(node, Call) and node.name == "&&":
        for each in node.arguments:
            yield from demands(each)
    elif node is not None:
        yield node


def asks_status(condition: str) -> bool:
    """Whether a condition calls a status function; one that does not has `success() &&` put before it."""
    names = {node.name.lower() for node in walk(tree(condition)) if isinstance(node, Call)}
    return bool(names & {"always", "failure", "cancelled", "success"})


def _either(tokens: list[tuple[str, str]]) -> Node | None:
    return _joined(tokens, ("||",), lambda: _joined(tokens, ("&&",), lambda: _compared(tokens)))


def _compared(tokens: list[tuple[str, str]]) -> Node | None:
    return _joined(tokens, _COMPARES, lambda: _unary(tokens))


def _joined(tokens: list[tuple[str, str]], signs: tuple[str, ...], part: Callable[[], Node | None]) -> Node | None:
    left = part()
    while left is not None and tokens and tokens[0][0] == "sign" and tokens[0][1] in signs:
        sign = tokens.pop(0)[1]
        right = part()
        if right is None:
            return None
        left = Call(sign, (left, right))
    return left


def _unary(tokens: list[tuple[str, str]]) -> Node | None:
    if not tokens:
        return None
    kind, value = tokens.pop(0)
    if (kind, value) == ("sign", "!"):
        of = _unary(tokens)
        return Call("!", (of,)) if of is not None else None
    if (kind, value) == ("sign", "("):
        return _closed(tokens, _either(tokens))
    return _value(kind, value, tokens)


def _value(kind: str, value: str, tokens: list[tuple[str, str]]) -> Node | None:
    if kind == "text":
        return Literal(value[1:-1].replace("''", "'"), is_text=True)
    if kind == "number" or value in ("true", "false", "null"):
        return Literal(value)
    if kind != "name":
        return None
    if tokens[:1] == [("sign", "(")]:
        tokens.pop(0)
        return _call(value, tokens)
    return Name(re.sub(r"\[\s*'([^']*)'\s*\]", r".\1", value))


def _call(name: str, tokens: list[tuple[str, str]]) -> Node | None:
    found: list[Node] = []
    while tokens and tokens[0] != ("sign", ")"):
        if tokens[0] == ("sign", ","):
            tokens.pop(0)
        argument = _either(tokens)
        if argument is None:
            return None
        found.append(argument)
    return _closed(tokens, Call(name, tuple(found)))


def _closed(tokens: list[tuple[str, str]], node: Node | None) -> Node | None:
    return node if tokens and tokens.pop(0) == ("sign", ")") else None
