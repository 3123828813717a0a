"""Another tool's YAML, read without trust: a value of the wrong shape counts as absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.document.source import MAX_BYTES
from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from pathlib import Path


def read(file: Path) -> str:
    """A file's text.

    Raises:
        Failure: it can't be read, is not UTF-8, or is larger than a setting ever is.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if len(content) <= MAX_BYTES:
            return content.decode("utf-8")
    except OSError as error:
        raise Failure(f"{file}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{file}: byte {error.start} is not UTF-8", remedy="save the file as UTF-8") from error
    raise Failure(f"{file}: the file is larger than 1 MiB")


def load(name: str, text: str) -> dict[str, Any]:
    """The mapping in a text.

    Raises:
        Failure: it is no YAML, or not a mapping.
    """
    try:
        data = safe_yaml.load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise Failure(f"{name}{place}: not YAML: {getattr(error, 'problem', None) or error}") from error
    except (RecursionError, ValueError) as error:
        raise Failure(f"{name}: not YAML that can be read: {error}") from error
    if not isinstance(data, dict):
        raise Failure(f"{name}: not a mapping of keys to values")
    return data


def mapping(value: Any) -> dict[str, Any]:
    return {str(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A list as it is, a single value as a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def paths(value: Any) -> list[str]:
    """Entries that are a path, or a mapping with the path as its one key."""
    found = [next(iter(each), "") if isinstance(each, dict) else each for each in items(value)]
    return [each.removeprefix("./").rstrip("/") for each in found if isinstance(each, str) and each]
