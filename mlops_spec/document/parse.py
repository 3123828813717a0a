"""From text to `Document` in one pass over libyaml's events; what the spec's YAML may not hold is refused.

Positions cost next to nothing this way: the pass is faster than `yaml.load` with the C loader, which keeps none.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from mlops_spec.document import Document, Event, Node
from mlops_spec.document.diagnostic import START, Diagnostic, Kind, Span
from mlops_spec.document.safe_yaml import LOADER
from mlops_spec.document.scalar import plain
from mlops_spec.document.source import UNSAFE, UNSAFE_IN_TEXT, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.document.diagnostic import Address

MAX_DEPTH = 32
MAX_NODES = 20_000
MAX_FOUND = 200  # nobody reads on; the rest is told when these are mended

SYNTAX = Kind("MS002", "syntax-error")
DUPLICATE = Kind("MS003", "duplicate-key")
UNSUPPORTED = Kind("MS004", "unsupported-yaml")

# what libyaml says to the commonest slips, and what to do about them
_HINTS = {
    "found character that cannot start any token": "indent with spaces, not tabs; quote text that starts with @ or `",
    "mapping values are not allowed in this context": "quote text that holds `: `, or check the indentation",
}


class _Stop(Exception):
    """Nothing behind this place can be read; why is among the diagnostics."""


def parse(file: str, text: str, *, aliases: bool = False) -> Document | list[Diagnostic]:
    """Reads one YAML document out of a text as `source.read` gives it; `aliases` may stand in workflows alone."""
    found = _parsed(file, text, aliases)
    return found if isinstance(found, Document) else list(found)


@lru_cache(maxsize=64)  # a workflow is read as one, and as a file of the repository
def _parsed(file: str, text: str, aliases: bool) -> Document | tuple[Diagnostic, ...]:
    builder = (_WithAliases if aliases else _Builder)(file, text)
    try:
        document = builder.document()
    except _Stop:
        return tuple(builder.found)
    except yaml.YAMLError as error:
        return (*builder.found, _syntax_error(builder.read, error))
    return tuple(builder.found) or document


class _Builder:
    """Consumes the events of one text; what is refused is noted and read over, so that one run tells all of it."""

    def __init__(self, file: str, text: str) -> None:
        self.read = Document(file, text, None, {})
        self.nodes = self.read.nodes
        self.found: list[Diagnostic] = []
        self.next: Callable[[], Event] = LOADER(text).get_event

    def document(self) -> Document:
        self.next()  # the stream starts
        first = self.next()
        if isinstance(first, StreamEndEvent):
            return self.read
        if isinstance(first, DocumentStartEvent) and (first.version or first.tags):
            self.refuse(first, "a `%` directive", "remove it: the format is fixed")
        data = self.value(self.next(), (), None)
        self.next()  # the document ends
        if not isinstance(more := self.next(), StreamEndEvent):
            self.refuse(more, "a second document", "keep one document to a file")
        return replace(self.read, data=data)

    def value(self, event: Event, address: Address, key: Event | None) -> Any:
        if len(self.nodes) >= MAX_NODES:
            self.stop(event, f"the file holds more than {MAX_NODES:,} values", "a spec holds settings, not data")
        if event.__class__ is ScalarEvent:
            self.nodes[address] = Node(key, event, event)
            return self.scalar(event)
        if event.__class__ is AliasEvent:
            return self.alias(event, address, key)
        if event.anchor or event.tag:
            self.check_properties(event)
        if len(address) >= MAX_DEPTH:
            self.stop(event, f"values nest deeper than {MAX_DEPTH} levels", "no section of a spec does")
        self.nodes[address] = Node(key, event, event)  # parents stand before their children
        collect = self.mapping if event.__class__ is MappingStartEvent else self.sequence
        data, end = collect(address)
        self.nodes[address] = Node(key, event, end)
        return data

    def alias(self, event: Event, address: Address, key: Event | None) -> Any:
        self.nodes[address] = Node(key, event, event)  # a second key of the name says where the first one is
        return self.refuse(event, f"the alias `*{event.anchor}`", "write the value itself")

    def mapping(self, address: Address) -> tuple[dict[str, Any], Event]:
        data: dict[str, Any] = {}
        following = self.next
        while (key := following()).__class__ is not MappingEndEvent:
            if key.__class__ is not ScalarEvent:
                self.stop(key, "only text may be a key", "write the key as one word")
            name = self.text_of(key)
            if name in data:
                self.note_duplicate(key, (*address, name))
                self.value(following(), (*address, name, len(self.nodes)), key)  # read over, at no address of the data
                continue
            if name == "<<" and not key.style:
                self.refuse(key, "the merge key `<<`", "write the keys themselves")
            data[name] = self.value(following(), (*address, name), key)
        return data, key

    def sequence(self, address: Address) -> tuple[list[Any], Event]:
        data: list[Any] = []
        while (item := self.next()).__class__ is not SequenceEndEvent:
            data.append(self.value(item, (*address, len(data)), None))
        return data, item

    def scalar(self, event: Event) -> Any:
        text = self.text_of(event)
        if event.style:
            return text
        try:
            return plain(text)
        except ValueError as error:
            return self.refuse(event, str(error), "quote it if it is text")

    def text_of(self, event: Event) -> str:
        if event.anchor or event.tag:
            self.check_properties(event)
        text: str = event.value
        if not text.isprintable() and (match := UNSAFE_IN_TEXT.search(text)):
            self.note(UNSAFE, event, f"{shown(match[0])} is not allowed in a value", "remove the escape")
        return text

    def check_properties(self, event: Event) -> None:
        if event.anchor:
            self.refuse(event, f"the anchor `&{event.anchor}`", "remove it: a spec says each value where it counts")
        if event.tag:
            self.refuse(event, f"the tag `{event.tag}`", "remove it: types follow from the values")

    def note_duplicate(self, key: Event, address: Address) -> None:
        first = self.nodes[address].key
        assert first is not None, "a key that is there twice was there once"
        line, column = first.start_mark.line + 1, first.start_mark.column + 1
        self.note(DUPLICATE, key, f"the key `{key.value}` stands here twice", f"it is first at {line}:{column}")

    def refuse(self, event: Event, what: str, hint: str) -> None:
        """Notes YAML that a spec may not use; its value is read as nothing."""
        self.note(UNSUPPORTED, event, f"{what} is not allowed", hint)

    def stop(self, event: Event, message: str, hint: str) -> None:
        self.note(UNSUPPORTED, event, message, hint)
        raise _Stop

    def note(self, kind: Kind, event: Event, message: str, hint: str) -> None:
        start, end = event.start_mark, event.end_mark
        span = Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        self.found.append(self.read.diagnostic(kind, span, message, hint))
        if len(self.found) >= MAX_FOUND:
            raise _Stop


class _WithAliases(_Builder):
    """Reads an alias as what its anchor stands at, place and all: GitHub allows both in workflows."""

    def __init__(self, file: str, text: str) -> None:
        super().__init__(file, text)
        self.anchors: dict[str, tuple[list[Address], Any]] = {}

    def value(self, event: Event, address: Address, key: Event | None) -> Any:
        before = len(self.nodes)
        data = super().value(event, address, key)
        if event.__class__ is not AliasEvent and event.anchor:
            below = list(islice(reversed(self.nodes), len(self.nodes) - before))
            self.anchors[event.anchor] = (below[::-1], data)
        return data

    def alias(self, event: Event, address: Address, key: Event | None) -> Any:
        if event.anchor not in self.anchors:
            return super().alias(event, address, key)
        (source, *below), data = self.anchors[event.anchor]
        if len(self.nodes) + len(below) >= MAX_NODES:
            self.stop(event, f"the file holds more than {MAX_NODES:,} values", "write less of it with aliases")
        self.nodes[address] = self.nodes[source]._replace(key=key)
        for place in below:
            self.nodes[(*address, *place[len(source) :])] = self.nodes[place]
        return data

    def check_properties(self, event: Event) -> None:
        if event.tag:
            super().check_properties(event)


def _syntax_error(document: Document, error: yaml.YAMLError) -> Diagnostic:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if mark is None:
        return document.diagnostic(SYNTAX, START, problem)
    begun = getattr(error, "context_mark", None)
    context = getattr(error, "context", None)
    if begun and mark.index >= len(document.text.rstrip()):  # it was never closed: its end says nothing
        return document.diagnostic(SYNTAX, _inside(document, begun), f"{problem} {context}", "close it")
    place = _inside(document, mark)
    hint = _HINTS.get(problem) or (f"{context} that began at {begun.line + 1}:{begun.column + 1}" if begun else "")
    return document.diagnostic(SYNTAX, place, problem, hint)


def _inside(document: Document, mark: Any) -> Span:
    """The place of a mark; libyaml puts the end of a text behind its last line."""
    line, column = mark.line + 1, mark.column + 1
    if line > len(document.lines):
        line, column = len(document.lines), len(document.lines[-1]) + 1
    return Span(line, column, line, column + 1)
