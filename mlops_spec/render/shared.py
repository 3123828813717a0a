"""Files that we share with the user: our part is kept as rendered, theirs untouched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from pathlib import PurePosixPath

_BEGIN, _END = "# mlops-spec: begin", "# mlops-spec: end"
_BLOCK = regex(rf"^{_BEGIN}.*\n(?:(?!{_BEGIN}).*\n)*?{_END}.*\n", re.MULTILINE)
_SECTION = regex(r"^\s*\[(.+)\]\s*$")


def share(path: PurePosixPath, ours: str, theirs: str) -> str:
    """The user's text with our part in it."""
    return _share_config(ours, theirs) if path.name == "config" else _share_blocks(path, ours, theirs)


def _share_blocks(path: PurePosixPath, ours: str, theirs: str) -> str:
    """The user's lines behind our first block, which theirs may override, and before our last, which they may not."""
    rest = _BLOCK.sub("", theirs if theirs.endswith("\n") else f"{theirs}\n")
    for line in rest.splitlines():
        if line.startswith((_BEGIN, _END)):
            raise Failure(f"{path}: the line `{line}` stands alone", remedy="remove it, then run `mlops-spec render`")
    first, *last = _BLOCK.findall(ours)
    return f"{first}{rest}{''.join(last)}"


def _share_config(ours: str, theirs: str) -> str:
    text = theirs
    section = ""
    for line in ours.splitlines():
        heading = _SECTION.match(line)
        if heading:
            section = heading[1]
        else:
            key, _, value = line.partition("=")
            text = _set_key(text, section, key.strip(), value.strip())
    for section in _sections(text):
        if "remote " in section:
            text = _set_key(text, section, "verify", "true")
    return text


def _sections(text: str) -> list[str]:
    return [found[1] for found in map(_SECTION.match, text.splitlines()) if found]


def _set_key(text: str, section: str, key: str, value: str) -> str:
    lines = text.splitlines()
    if section not in _sections(text):
        return "\n".join([*lines, f"[{section}]", f"    {key} = {value}", ""])
    start = next(number for number, line in enumerate(lines) if (match := _SECTION.match(line)) and match[1] == section)
    rest = range(start + 1, len(lines))
    end = next((number for number in rest if _SECTION.match(lines[number])), len(lines))
    for number in range(start + 1, end):
        name, equals, old = lines[number].partition("=")
        if equals and name.strip() == key:
            if old.strip() != value:
                lines[number] = f"{name.rstrip()} = {value}"
            return "\n".join([*lines, ""])
    last = max((number for number in range(start, end) if "=" in lines[number]), default=start)
    lines.insert(last + 1, f"    {key} = {value}")
    return "\n".join([*lines, ""])
