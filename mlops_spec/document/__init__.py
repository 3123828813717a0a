"""A YAML text as data and positions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from yaml.events import ScalarEvent

from mlops_spec.diagnostic import START, Address, Diagnostic, Edit, Kind, Span
from mlops_spec.document.source import LINE_END

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
        at_key = self.key(address)
        if isinstance(self.nodes[address].start, ScalarEvent) and not (key and at_key):
            return self.value(address)
        return at_key or self._head(address)

    def at(self, address: Address) -> Any:
        """The value at `address`; None where there is none."""
        found = self.data
        for step in address:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def is_plain(self, address: Address) -> bool:
        """Whether a scalar stands there without quotes."""
        start = self.nodes[address].start
        return isinstance(start, ScalarEvent) and not start.style

    def raw(self, address: Address) -> str:
        """A scalar's text before it became a value."""
        text: str = self.nodes[address].start.value
        return text

    def diagnostic(self, kind: Kind, span: Span, message: str, hint: str = "") -> Diagnostic:
        return Diagnostic(self.file, span, kind, message, hint, self.lines[span.line - 1])

    def replace_key(self, address: Address, name: str) -> Edit:
        key = self.nodes[address].key
        assert key is not None, f"{address} has no key"
        return Edit(key.start_mark.index, key.end_mark.index, name)

    def replace_value(self, address: Address, text: str) -> Edit:
        """Writes `text` in place of a scalar."""
        node = self.nodes[address]
        return Edit(node.start.start_mark.index, node.end.end_mark.index, text)

    def _head(self, address: Address) -> Span:
        """The first key of a mapping that is an item of a list, or the first character of a list that is one."""
        data = self.at(address)
        first = self.key((*address, next(iter(data)))) if isinstance(data, dict) and data else None
        line, column = _point(self.nodes[address].start.start_mark)
        return first or Span(line, column, line, column + 1)


def _point(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _span(start: Any, end: Any) -> Span:
    return Span(*_point(start), *_point(end))
