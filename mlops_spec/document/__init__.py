"""Text as data and positions: a spec's YAML; beside it TOML, what is found at a place, and changes of the text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.document.diagnostic import START, Address, Diagnostic, Edit, Kind, Span
from mlops_spec.document.secret import masked
from mlops_spec.document.source import LINE_END

if TYPE_CHECKING:
    from collections.abc import Iterator

# The stubs know neither the attributes that each event has nor that libyaml's always have marks.
Event = Any


class Node(NamedTuple):
    """Where a value stands: its first and its last event, and its key's when it stands in a mapping."""

    key: Event | None
    start: Event
    end: Event


@dataclass(frozen=True)
class Document:
    """The data of one YAML file, and where each piece of it stands."""

    file: str
    text: str
    data: Any
    nodes: dict[Address, Node]

    @cached_property
    def lines(self) -> list[str]:
        return LINE_END.split(self.text)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in LINE_END.finditer(self.text))]

    def position(self, index: int) -> tuple[int, int]:
        """Line and column, from 1, of a character counted from 0."""
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    def key(self, address: Address) -> Span | None:
        """The key of the value at `address`; none for an item of a list and for the whole."""
        node = self.nodes.get(address)
        return _span(node.key.start_mark, node.key.end_mark) if node and node.key else None

    def value(self, address: Address) -> Span:
        node = self.nodes[address]
        return _span(node.start.start_mark, node.end.end_mark)

    def place(self, address: Address, *, key: bool = False) -> Span:
        """Where to point: at a scalar itself, at a collection's key, at the nearest parent of what is not there."""
        while address and address not in self.nodes:
            address = address[:-1]
        if not address:
            return START
        node, at_key = self.nodes[address], self.key(address)
        shown = node.start is node.end and (node.start.value or node.start.style)
        return self.value(address) if shown and not (key and at_key) else at_key or self._first_key(address)

    def piece(self, address: Address, text: str, earlier: int = 0) -> Span | None:
        """Where a piece of the value at `address` stands, behind so many of its like; None where it is not so."""
        if not text or address not in self.nodes:
            return None
        node = self.nodes[address]
        start, end = node.start.start_mark.index - 1, node.end.end_mark.index
        for _ in range(earlier + 1):
            start = self.text.find(text, start + 1, end)
            if start < 0:
                break
        return Span(*self.position(start), *self.position(start + len(text))) if start >= 0 else None

    def at(self, address: Address) -> Any:
        """The value at `address`; None where there is none."""
        found = self.data
        for step in address:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def plain_scalars(self) -> Iterator[tuple[Address, str]]:
        """Every scalar that stands without quotes, as it is written."""
        for address, (_, start, end) in self.nodes.items():
            if start is end and not start.style:
                yield address, start.value

    def texts(self) -> Iterator[tuple[Address, str]]:
        """Every scalar as it is written, and every key."""
        for address, node in self.nodes.items():
            if node.key:
                yield address, node.key.value
            if node.start is node.end:
                yield address, node.start.value

    def lists(self) -> Iterator[tuple[Address, list[Any]]]:
        """Every list, with its items."""
        for address, (_, start, end) in self.nodes.items():
            if start is not end and isinstance(items := self.at(address), list):
                yield address, items

    def raw(self, address: Address) -> str:
        """A scalar's text before it became a value."""
        text: str = self.nodes[address].start.value
        return text

    def diagnostic(
        self, kind: Kind, span: Span, message: str, hint: str = "", edits: tuple[Edit, ...] = ()
    ) -> Diagnostic:
        source = masked(self.lines[span.line - 1])
        return Diagnostic(self.file, span, kind, masked(message), masked(hint), source, edits)

    def replace_key(self, address: Address, name: str) -> Edit:
        key = self.nodes[address].key
        assert key is not None, f"{address} has no key"
        return Edit(key.start_mark.index, key.end_mark.index, name)

    def replace_value(self, address: Address, text: str) -> Edit:
        """Writes `text` in place of a scalar."""
        node = self.nodes[address]
        return Edit(node.start.start_mark.index, node.end.end_mark.index, text)

    def remove_item(self, address: Address) -> Edit | None:
        """Takes an item but the first out of its list; nothing where a comment stands between it and the one before."""
        *parent, index = address
        assert isinstance(index, int) and index > 0, f"{address} is not behind another item"
        start, end = self.nodes[(*parent, index - 1)].end.end_mark.index, self.nodes[address].end.end_mark.index
        if "#" in self.text[start:end]:
            return None
        return Edit(start, end, "")

    def _first_key(self, address: Address) -> Span:
        data = self.at(address)
        first = self.key((*address, next(iter(data)))) if isinstance(data, dict) and data else None
        line, column = _point(self.nodes[address].start.start_mark)
        return first or Span(line, column, line, column + 1)


def _point(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _span(start: Any, end: Any) -> Span:
    return Span(*_point(start), *_point(end))
