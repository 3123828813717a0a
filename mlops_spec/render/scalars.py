"""How a value is written into each kind of file, so that it stays a value whatever it holds."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

# Stands for itself in YAML, JSON's quotes aside, and in Markdown.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*")
_YAML_CONSTANTS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # control, format (bidirectional), surrogate, separators
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|#~!&$@]|^[-+=]|^(?=\d+[.)])")
_OWNED = re.compile(r"[@/*A-Za-z0-9][@/*A-Za-z0-9._ -]*")


def yaml_scalar(value: object) -> str:
    """A YAML scalar: plain where it is a word, in double quotes otherwise."""
    if isinstance(value, str) and _WORD.fullmatch(value) and value.lower() not in _YAML_CONSTANTS:
        return value
    return json_scalar(value)


def json_scalar(value: object) -> str:
    """A JSON scalar, which YAML reads as the same."""
    if isinstance(value, str):
        return json.dumps(_safe(value), ensure_ascii=False)
    if isinstance(value, bool | int):
        return json.dumps(value)
    raise TypeError(f"a template writes {value!r}, which is neither text, an integer nor a truth value")


def markdown_text(value: object) -> str:
    """Text of one line without markup, as CommonMark escapes it."""
    if isinstance(value, bool | int | float):
        return str(value)
    text = _safe(str(value))
    return text if _WORD.fullmatch(text) else _MARKUP.sub(lambda found: f"\\{found[0]}", text)


def owned_pattern(value: object) -> str:
    """A line of CODEOWNERS: pattern and owners, which have no quoting."""
    text = _safe(str(value))
    if not _OWNED.fullmatch(text):
        raise Failure(f"{text!r} can't stand in CODEOWNERS")
    return text


def _safe(text: str) -> str:
    """Refuses what another reader of the file would run, or show as something else than it is."""
    if "${" in text:
        raise Failure(f"{text!r} holds `${{`, which starts an expression of GitHub Actions or DVC")
    for character in text:
        if unicodedata.category(character) in _INVISIBLE:
            name = unicodedata.name(character, "a control character")
            raise Failure(f"{text!r} holds U+{ord(character):04X} ({name}), which nobody can see in a review")
    return text


WRITERS: dict[str, Callable[[object], str]] = {
    ".yaml": yaml_scalar,
    ".yml": yaml_scalar,
    ".json": json_scalar,
    ".md": markdown_text,
    "": owned_pattern,  # CODEOWNERS and `.dvc/config`, by their lack of a suffix
}
