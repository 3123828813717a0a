"""TOML as data and positions: the standard library reads the data, one pass over the text finds where each key stands.

The pass goes over text that is known to be TOML, so it looks for the ends of keys and values and checks nothing.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.document import Document, Node
from mlops_spec.document.diagnostic import START, Diagnostic, Kind, Span
from mlops_spec.document.source import decode
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Address

SYNTAX = Kind("MS002", "syntax-error")

_BLANK = regex(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = regex(r"[ \t]*")
_KEY = regex(r"[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\])*\"|'[^']*'")
_TEXT = regex(
    r"""
    \"{3} (?: \\. | [^\\] )*? \"{3,5}
    | '{3} .*? '{3,5}
    | " (?: \\. | [^"\\] )* "
    | ' [^']* '
    """,
    re.DOTALL | re.VERBOSE,
)
_BARE = regex(r"[^,\]}\n#]*[^,\]}\n# \t\r]")
_SAID = regex(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True)
class Mark:
    """A place in the text, counted from 0."""

    index: int
    line: int
    column: int


class Piece(NamedTuple):
    """A key, a scalar, or an end of a collection, with the names that events of YAML have."""

    start_mark: Mark
    end_mark: Mark
    value: str = ""
    style: str | None = None


def parse(name: str, content: bytes, table: tuple[str, ...] = ()) -> Document | list[Diagnostic]:
    """The data of one table of a TOML file, empty where it has none, with addresses from that table on."""
    text = decode(content, name)
    if isinstance(text, Diagnostic):
        return [text]
    whole = Document(name, text, None, {})
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_syntax_error(whole, str(error))]
    found = Document(name, text, data, {})
    nodes = _Scan(found).nodes() if found.at(table) is not None else {}
    below = {address[len(table) :]: node for address, node in nodes.items() if address[: len(table)] == table}
    return Document(name, text, found.at(table) or {}, below)


def written(value: Any) -> str:
    """A value as TOML has it, on one line.

    >>> written({"approvals": 2, "approvers": ["@acme/risk"]})
    '{ approvals = 2, approvers = ["@acme/risk"] }'
    """
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_written_key(key)} = {written(each)}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _written_key(key: str) -> str:
    return key if _KEY.fullmatch(key) and key[0] not in "\"'" else json.dumps(key, ensure_ascii=False)


def _syntax_error(document: Document, said: str) -> Diagnostic:
    found = _SAID.fullmatch(said)
    if found and found[2]:
        line, column = int(found[2]), int(found[3])
    else:
        line, column = len(document.lines), len(document.lines[-1]) + 1
    span = Span(line, column, line, column + 1) if line <= len(document.lines) else START
    return document.diagnostic(SYNTAX, span, f"not TOML: {found[1] if found else said}")


class _Scan:
    def __init__(self, document: Document) -> None:
        self.document, self.text, self.at = document, document.text, 0
        self.found: dict[Address, Node] = {}
        self.counts: dict[Address, int] = {}

    def nodes(self) -> dict[Address, Node]:
        table: Address = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.entry(table)
            self.skip(_BLANK)
        return self.found

    def header(self) -> Address:
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        keys = self.keys()
        self.at += 2 if double else 1
        address: Address = ()
        for number, key in enumerate(keys, start=1):
            address = (*address, key.value)
            self.note(address, key)
            if double and number == len(keys):
                self.counts[address] = self.counts.get(address, -1) + 1
            if address in self.counts:
                address = (*address, self.counts[address])
        return address

    def entry(self, table: Address) -> None:
        """`a.b = value`, in a table or between braces."""
        *outer, key = self.keys()
        self.at += 1  # the `=`
        for step in outer:
            table = (*table, step.value)
            self.note(table, step)
        self.skip(_SPACE)
        self.value((*table, key.value), key)

    def value(self, address: Address, key: Piece | None) -> None:
        first = self.text[self.at]
        if first in "[{":
            self.collection(address, key, first)
            return
        start = self.at
        found = _TEXT.match(self.text, start) or _BARE.match(self.text, start)
        self.at = found.end() if found else start + 1
        quoted = first in "\"'"
        raw = self.text[start : self.at]
        scalar = Piece(
            self.mark(start), self.mark(self.at), raw.strip(first) if quoted else raw, first if quoted else None
        )
        self.found[address] = Node(key, scalar, scalar)

    def collection(self, address: Address, key: Piece | None, first: str) -> None:
        start = self.point()
        self.found[address] = Node(key, start, start)  # parents stand before their children
        self.at += 1
        self.skip(_BLANK)
        count = 0
        while self.text[self.at] not in "]}":
            if first == "[":
                self.value((*address, count), None)
            else:
                self.entry(address)
            count += 1
            self.skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self.skip(_BLANK)
        end = self.point()
        self.at += 1
        self.found[address] = Node(key, start, end)

    def keys(self) -> list[Piece]:
        found = []
        while True:
            self.skip(_SPACE)
            match = _KEY.match(self.text, self.at)
            assert match, "TOML has a key here"
            self.at = match.end()
            found.append(Piece(self.mark(match.start()), self.mark(match.end()), _plain(match[0])))
            self.skip(_SPACE)
            if self.text[self.at] != ".":
                return found
            self.at += 1

    def note(self, address: Address, key: Piece) -> None:
        """A table stands where it is named first; a later header adds to it."""
        self.found.setdefault(address, Node(key, self.point(), self.point()))

    def skip(self, what: re.Pattern[str]) -> None:
        found = what.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def point(self) -> Piece:
        return Piece(self.mark(self.at), self.mark(self.at + 1))

    def mark(self, index: int) -> Mark:
        line, column = self.document.position(index)
        return Mark(index, line - 1, column - 1)


def _plain(key: str) -> str:
    (name,) = tomllib.loads(f"{key} = 0") if key[0] in "\"'" else (key,)
    return name
