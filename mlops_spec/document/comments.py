"""The comments of a YAML text: what stands behind a `#` between two tokens, never one inside a string."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.safe_yaml import LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address


class Comment(NamedTuple):
    """A comment from its `#` to the end of its line; `start` and `end` count characters of the text from 0."""

    line: int  # from 1
    start: int
    end: int
    text: str
    alone: bool  # nothing else stands on its line


def comments(document: Document) -> Iterator[Comment]:
    """All comments in the order of the text, which has been parsed and so is known to be YAML."""
    text = document.text
    for begin, end in _gaps(text):
        place = text.find("#", begin, end)
        while place != -1:
            line, column = document.position(place)
            source = document.lines[line - 1]
            words = source[column - 1 :]
            yield Comment(line, place, place + len(words), words, alone=not source[: column - 1].strip())
            place = text.find("#", place + len(words), end)


def said_of(document: Document, address: Address) -> str:
    """What people wrote of a key: the comments on its lines, and those that stand alone above it."""
    place = document.key(address)
    if place is None:
        return ""
    last = document.value(address).end_line
    by_line = {each.line: each for each in comments(document)}
    above = place.line - 1
    while above in by_line and by_line[above].alone:
        above -= 1
    lines = range(
        above + 1,
        max(place.line, last if getattr(document.nodes[address].start, "flow_style", False) else place.line) + 1,
    )
    return " ".join(by_line[line].text.lstrip("# ") for line in lines if line in by_line)


def _gaps(text: str) -> Iterator[tuple[int, int]]:
    scanner = LOADER(text)
    behind = 0
    while (token := scanner.get_token()) is not None:
        if token.start_mark.index > behind:
            yield behind, token.start_mark.index
        behind = max(behind, token.end_mark.index)
    yield behind, len(text)
