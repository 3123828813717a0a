"""The paths outside of its own folder that a model may read, found in its texts without parsing them.

They are too many rather than too few: they say which models are worth a closer look, and nothing else.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import PurePosixPath
    from typing import Any

# Up to where a path ends in YAML, or a word of it does: what is cut short is looked for by the folder around it.
_UPWARDS = regex(rb"[^\s'\",\[\]{}]*\.\.(?:/[^\s'\",\[\]{}]*|(?=[\s'\",\]}]|$))")


def paths_outside(folder: PurePosixPath, texts: Iterable[bytes | None]) -> frozenset[str]:
    """Paths from the repository's root; each may be the beginning of one whose name has spaces."""
    found = (path for text in texts if text and b".." in text for path in _upwards(text))
    return frozenset(filter(None, (_from_root(folder, path) for path in found)))


def _upwards(text: bytes) -> Iterator[str]:
    if b"\\" in text:  # an escape may stand for any character
        yield from (each for each in _strings(_data(text)) if ".." in each)
    yield from (match.decode(errors="replace") for match in _UPWARDS.findall(text))


def _data(text: bytes) -> Any:
    try:
        return safe_yaml.load(text)
    except yaml.YAMLError:
        return None  # whoever loads it says so


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(data, list):
        for each in data:
            yield from _strings(each)


def _from_root(folder: PurePosixPath, path: str) -> str:
    """Empty for what lies in the folder itself, or outside of the repository."""
    whole = posixpath.normpath(f"{folder}/{path}")
    inside = whole == str(folder) or whole.startswith((f"{folder}/", "../")) or whole == ".."
    return "" if inside else whole
