"""The part of a spec that an editor's cursor is in, also while the text is not YAML yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document import Document
from mlops_spec.document.parse import parse
from mlops_spec.lint.lsp.completion import Word, keys_at, values_at
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.document.diagnostic import Address, Span

_CURSOR = "mlops-spec-cursor"
_BEFORE = regex(r"[\w@./-]*$")
_BEHIND = regex(r"[\w@./-]*")


class Completion(NamedTuple):
    """What may stand between two characters of the text, counted from 0."""

    start: int
    end: int
    words: list[Word]


def complete(text: str, offset: int, header: Sequence[str] = ()) -> Completion:
    """The words that may stand where the cursor is, `offset` characters into the text."""
    line_start = text.rfind("\n", 0, offset) + 1
    start = line_start + len(_BEFORE.sub("", text[line_start:offset]))
    end = next(_BEHIND.finditer(text, offset)).end()
    for written in (_CURSOR, f"{_CURSOR}:"):
        document = parse("", f"{text[:start]}{written}{text[end:]}")
        if isinstance(document, Document) and (completions := _completions(document, header)) is not None:
            return Completion(start, end, list({word.text: word for word in reversed(completions)}.values())[::-1])
    return Completion(start, end, [])


def _completions(document: Document, header: Sequence[str]) -> list[Word] | None:
    for address, node in document.nodes.items():
        if node.key and node.key.value == _CURSOR:
            return _sibling_keys(address, document, header)
        if node.start.__class__.__name__ == "ScalarEvent" and node.start.value == _CURSOR:
            return [*values_at(address, document.data, header), *keys_at(address, document.data)]
    return None


def _sibling_keys(address: Address, document: Document, header: Sequence[str]) -> list[Word]:
    names = values_at(address, document.data, header) if not list(keys_at(address[:-1], document.data)) else ()
    return [*keys_at(address[:-1], document.data), *(word._replace(is_key=True) for word in names)]


def address_at(document: Document, line: int, column: int) -> tuple[Address, Span] | None:
    """The innermost value whose key or text is at a place (from 1), and where that key or text stands."""
    nearest = None
    for address, node in document.nodes.items():
        spans = [document.key(address), document.value(address) if node.start is node.end else None]
        for span in spans:
            if span and (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column):
                nearest = (address, span)
    return nearest
