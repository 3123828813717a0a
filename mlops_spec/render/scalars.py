"""Values as they are written into each kind of file, so that none becomes syntax."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.regex import regex
from mlops_spec.render.output import Secret
from mlops_spec.spec.base import SAFE_TEXT
from mlops_spec.words.markdown import escaped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePosixPath

# Stands for itself in YAML, JSON's quotes aside, and in Markdown.
_WORD = regex(r"[A-Za-z][A-Za-z0-9_./@-]*")
_YAML_CONSTANTS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"}
_SAFE = regex(SAFE_TEXT)
_SETTING = regex(r"[A-Za-z0-9./_-]([A-Za-z0-9./_=+,~@: -]*[A-Za-z0-9./_=+,~@:-])?")
_OWNED = regex(r"[@/*A-Za-z0-9][@/*?A-Za-z0-9._ -]*")


def yaml_scalar(value: object) -> str:
    """A YAML scalar: plain where it is a word, in double quotes otherwise; a secret is the expression of its name."""
    if isinstance(value, Secret):
        return value.expression
    if isinstance(value, str) and _WORD.fullmatch(value) and value.lower() not in _YAML_CONSTANTS:
        return value
    return json_scalar(value)


def json_scalar(value: object) -> str:
    """A JSON scalar, which YAML reads as the same."""
    if isinstance(value, str):
        return json.dumps(_refuse_unsafe(value), ensure_ascii=False)
    if isinstance(value, bool | int):
        return json.dumps(value)
    raise TypeError(f"a template writes {value!r}, which is neither text, an integer nor a truth value")


def markdown_text(value: object) -> str:
    """Text of one line without markup, as CommonMark escapes it; it shows runs of spaces as one anyway."""
    if isinstance(value, int | float):
        return str(value)
    return escaped(_refuse_unsafe(str(value)))


def owned_pattern(value: object) -> str:
    """A line of CODEOWNERS: pattern and owners, which have no quoting."""
    text = _refuse_unsafe(str(value))
    if not _OWNED.fullmatch(text):
        raise Failure(f"{text!r} can't stand in CODEOWNERS")
    return text


def config_value(value: object) -> str:
    """A key, or a value of one, in `.dvc/config`: plain, since what its readers do with quotes differs."""
    text = _refuse_unsafe(str(value))
    if not _SETTING.fullmatch(text):
        raise Failure(f"{text!r} can't stand in .dvc/config")
    return text


def git_pattern(value: object) -> str:
    """A path as .gitignore and .gitattributes have it; a space would end a pattern of the latter: any character."""
    return re.sub(r"[*?\[\]\\!#\"]", r"\\\g<0>", _refuse_unsafe(str(value))).replace(" ", "?")


def _refuse_unsafe(text: str) -> str:
    if "${" in text:
        raise Failure(f"{text!r} holds `${{`, which starts an expression of GitHub Actions or DVC")
    for character in text:
        if not _SAFE.fullmatch(character) or unicodedata.category(character) == "Cs":
            raise Failure(f"{text!r} holds U+{ord(character):04X}, which nobody can see in a review")
    return text


WRITERS: dict[str, Callable[[object], str]] = {
    ".yaml": yaml_scalar,
    ".yml": yaml_scalar,
    ".json": json_scalar,
    ".md": markdown_text,
    "": owned_pattern,  # CODEOWNERS, by its lack of a suffix
}


_BY_NAME: dict[str, Callable[[object], str]] = {
    "config": config_value,
    **dict.fromkeys((".gitignore", ".gitattributes", ".dvcignore"), git_pattern),
}


def writer_for(path: PurePosixPath) -> Callable[[object], str]:
    """How values are written into a file."""
    return _BY_NAME[path.name] if path.name in _BY_NAME else WRITERS[path.suffix]
