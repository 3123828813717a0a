"""`.dvc/config`, an INI file in Git's manner: which remotes there are, and where each of their settings stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.diagnostic import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = ".dvc/config"
_SECTION = re.compile(r"\s*\[(.+)\]\s*$")
_REMOTE = re.compile(r"['\"]?remote\s+['\"]?([^'\"]+?)['\"]*$")


class Section(NamedTuple):
    """A section's name, where it stands, and its settings; the last of each counts."""

    name: str
    span: Span
    values: dict[str, str]

    @property
    def remote(self) -> str:
        """The name of the remote that it is about; empty when it is about none."""
        found = _REMOTE.match(self.name.strip())
        return found[1] if found else ""


def default_url(lines: list[str]) -> str:
    """The address of the default remote; empty where there is none."""
    found = list(sections(lines))
    name = next((each.values.get("remote", "") for each in found if each.name.strip() == "core"), "")
    return next((each.values.get("url", "") for each in found if name and each.remote == name), "")


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
