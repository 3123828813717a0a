"""Changes of a document's text that keep what they don't mean: comments, order, quoting and line ends.

A change that can't be made so, in a shape of YAML that is not foreseen here, is None: a person makes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yaml.events import MappingStartEvent, ScalarEvent

from mlops_spec.document.diagnostic import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address


def written(document: Document, address: Address, text: str, *, before: str = "") -> Edit | None:
    """Writes `text` as the value at an address: in place of what is there, or under a new key, in front of `before`."""
    if address not in document.nodes:
        return _added(document, address, text, before)
    node = document.nodes[address]
    if node.start is node.end or node.start.flow_style:
        return Edit(node.start.start_mark.index, node.end.end_mark.index, text)
    if node.key is None:
        return None
    start, end = node.key.end_mark.index + 1, _end_of_value(document, address)
    return None if "#" in document.text[start:end] else Edit(start, end, f" {text}")


def exchanged(document: Document, address: Address, piece: str, text: str) -> Edit | None:
    """Writes `text` for a piece of the scalar at an address that stands in it once, on one line."""
    node = document.nodes[address]
    start, end = node.start.start_mark.index, node.end.end_mark.index
    source = document.text[start:end]
    if not isinstance(node.start, ScalarEvent) or source.count(piece) != 1 or node.start.value.count(piece) != 1:
        return None
    return Edit(start + source.index(piece), start + source.index(piece) + len(piece), text)


def without(document: Document, address: Address) -> Edit | None:
    """Takes a key with its value out of its mapping, or an item but the first out of its list."""
    *above, step = address
    if isinstance(step, int):
        return document.remove_item(address) if step else None
    keys = list(document.at(tuple(above)))
    place, key = keys.index(step), document.nodes[address].key
    if len(keys) == 1 or key is None:
        return None
    start, end = key.start_mark.index, _end_of_value(document, address)
    line = document.text.rfind("\n", 0, start) + 1
    if document.nodes[tuple(above)].start.flow_style:
        if place:
            start = _end_of_value(document, (*above, keys[place - 1]))
        else:
            end = _start(document, (*above, keys[1]))
        return None if "#" in document.text[start:end] else Edit(start, end, "")
    if not document.text[line:start].strip():  # a line of its own, which goes with the comment behind it
        return Edit(line, _next_line(document, end), "")
    end = _start(document, (*above, keys[1]))  # behind a `-`, where the next one takes its place
    return None if "#" in document.text[start:end] else Edit(start, end, "")


def _added(document: Document, address: Address, text: str, before: str) -> Edit | None:
    *above, key = address
    node = document.nodes.get(tuple(above))
    known = document.at(tuple(above))
    if node is None or not isinstance(node.start, MappingStartEvent) or not known:
        return None
    new = f"{key}: {text}"
    if before in known:
        start = _start(document, (*above, before))
        return Edit(start, start, f"{new}{_line_end(document)}")
    last = (*above, list(known)[-1])
    end = _end_of_value(document, last)
    if node.start.flow_style:
        return Edit(end, end, f", {new}")
    first = document.nodes[(*above, next(iter(known)))].key
    assert first is not None, "a value of a mapping has a key"
    behind = _next_line(document, end)
    indented = f"{' ' * first.start_mark.column}{new}"
    if behind > end and document.text[behind - 1] == "\n":
        return Edit(behind, behind, f"{indented}{_line_end(document)}")
    return Edit(behind, behind, f"{_line_end(document)}{indented}")


def _start(document: Document, address: Address) -> int:
    key = document.nodes[address].key
    assert key is not None, f"{address} has no key"
    return int(key.start_mark.index)


def _end_of_value(document: Document, address: Address) -> int:
    node = document.nodes[address]
    data = document.at(address)
    if node.start is not node.end and not node.start.flow_style and data:
        return _end_of_value(document, (*address, list(data)[-1] if isinstance(data, dict) else len(data) - 1))
    start: int = node.start.start_mark.index
    end = node.end.end_mark.index
    return start + len(document.text[start:end].rstrip())


def _next_line(document: Document, index: int) -> int:
    match = re.compile(r"[^\r\n]*(\r\n|\n|\r|$)").match(document.text, index)
    assert match, "every text matches"
    return match.end()


def _line_end(document: Document) -> str:
    return "\r\n" if "\r\n" in document.text else "\n"


def splice(text: str, fixes: Iterable[tuple[Edit, ...]]) -> tuple[str, int]:
    """Applies each fix whole, and how many; one that touches what an earlier one changes waits for the next round."""
    taken: list[Edit] = []
    count = 0
    for fix in fixes:
        if not any(_overlap(edit, other) for edit in fix for other in taken):
            taken += fix
            count += 1
    pieces, behind = [], 0
    for edit in sorted(taken):
        pieces += [text[behind : edit.start], edit.text]
        behind = edit.end
    return "".join([*pieces, text[behind:]]), count


def _overlap(edit: Edit, other: Edit) -> bool:
    return edit.start == other.start or (edit.start < other.end and other.start < edit.end)
