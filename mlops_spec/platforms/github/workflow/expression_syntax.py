"""The syntax of GitHub's expressions, and the functions that they may call.

The words are those of GitHub's own parser:
https://github.com/actions/runner/tree/main/src/Sdk/DTExpressions2/Expressions2
"""

from __future__ import annotations

import re
from typing import NoReturn

from mlops_spec.regex import regex

_TOKEN = regex(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>[-+]?(?:0x[0-9a-f]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?![\w.]))"
    r"|(?P<name>[a-z_][\w-]*)"
    r"|(?P<sign>&&|\|\||[!=]=|[<>]=?|[()\[\],.!*]))",
    re.IGNORECASE | re.ASCII,
)
_BETWEEN = frozenset(("&&", "||", "==", "!=", "<", "<=", ">", ">="))
_MANY = 255
_STATUS = frozenset(("always", "cancelled", "failure", "success"))
# How many arguments each takes: https://docs.github.com/actions/reference/workflows-and-actions/expressions#functions
_FUNCTIONS = {
    "case": (3, _MANY),
    "contains": (2, 2),
    "endswith": (2, 2),
    "startswith": (2, 2),
    "format": (1, _MANY),
    "join": (1, 2),
    "fromjson": (1, 1),
    "tojson": (1, 1),
    "hashfiles": (1, _MANY),
    **dict.fromkeys(_STATUS, (0, _MANY)),
}
_DEEPEST = 50


def trouble(expression: str, *, condition: bool, in_step: bool) -> str:
    """Why GitHub can't read an expression, or knows no such function there; empty where it reads it.

    >>> trouble("contains(needs.*.outputs.app, 'true')", condition=True, in_step=False)
    ''
    >>> trouble('a == "b"', condition=True, in_step=False)
    "Unexpected symbol: '\\"b\\"'. Located at position 6 within expression: a == \\"b\\""
    """
    known = _FUNCTIONS.keys() - (set() if condition else _STATUS) - (set() if in_step else {"hashfiles"})
    try:
        _Parser(expression.strip(), frozenset(known)).read()
    except _UnreadableError as error:
        return str(error)
    return ""


class _UnreadableError(ValueError):
    pass


class _Parser:
    def __init__(self, expression: str, functions: frozenset[str]) -> None:
        self.expression, self.functions, self.place, self.depth = expression, functions, 0, 0

    def read(self) -> None:
        self._whole()
        if self.place < len(self.expression):
            self._unexpected()

    def _whole(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _UnreadableError(f"Exceeded max expression depth {_DEEPEST}")
        self._one()
        while self._take(*_BETWEEN):
            self._one()
        self.depth -= 1

    def _one(self) -> None:
        while self._take("!"):
            pass
        if self._take("("):
            self._whole()
            self._need(")")
        elif name := self._kind("name"):
            if self._take("("):
                self._call(name)
        elif not self._kind("text") and not self._kind("number"):
            self._unexpected()
        while sign := self._take(".", "["):
            self._index(sign)

    def _index(self, sign: str) -> None:
        if sign == ".":
            if not self._take("*") and not self._kind("name"):
                self._unexpected()
            return
        if not self._take("*"):
            self._whole()
        self._need("]")

    def _call(self, name: str) -> None:
        count = 0
        if not self._take(")"):
            self._whole()
            count = 1
            while self._take(","):
                self._whole()
                count += 1
            self._need(")")
        if name.lower() not in self.functions:
            raise _UnreadableError(f"Unrecognized function: '{name}' within expression: {self.expression}")
        least, most = _FUNCTIONS[name.lower()]
        if not least <= count <= most:
            few = "few" if count < least else "many"
            raise _UnreadableError(f"Too {few} parameters supplied: '{name}' within expression: {self.expression}")

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            self._unexpected()

    def _take(self, *signs: str) -> str:
        found = _TOKEN.match(self.expression, self.place)
        return self._after(found) if found and found["sign"] in signs else ""

    def _kind(self, kind: str) -> str:
        found = _TOKEN.match(self.expression, self.place)
        return self._after(found) if found and found[kind] is not None else ""

    def _after(self, found: re.Match[str]) -> str:
        self.place = found.end()
        return found[0].strip()

    def _unexpected(self) -> NoReturn:
        rest = self.expression[self.place :].lstrip()
        if not rest:
            raise _UnreadableError(f"Unexpected end of expression: '{self.expression}'")
        found = _TOKEN.match(rest)
        symbol = found[0] if found else rest.split()[0]
        position = len(self.expression) - len(rest) + 1
        raise _UnreadableError(
            f"Unexpected symbol: '{symbol}'. Located at position {position} within expression: {self.expression}"
        )
