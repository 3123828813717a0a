"""An INI file as Git reads it: its sections, and the place of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.diagnostic import Span
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECTION = regex(r"\s*\[(.+)\]\s*$")


class Section(NamedTuple):
    """A section's name, where it stands, and its settings; the last of each counts."""

    name: str
    span: Span
    values: dict[str, str]


def sections(lines: list[str]) -> Iterator[Section]:
    """The sections in the order of the file."""
    current: Section | None = None
    for number, line in enumerate(lines, start=1):
        if heading := _SECTION.match(line):
            if current:
                yield current
            start = line.index("[") + 1
            current = Section(heading[1], Span(number, start, number, len(line.rstrip()) + 1), {})
        elif current and "=" in line and line.lstrip()[:1] not in "#;":
            key, _, value = line.partition("=")
            current.values[key.strip().lower()] = value.strip().strip("\"'")
    if current:
        yield current
