"""Typed values out of a file of any shape: a value of another type counts as empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def text(value: Any) -> str:
    """A text, or a number or truth value as an expression shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def names(value: Any) -> Sequence[str]:
    """A list of texts where one text may stand for a list of one.

    >>> names("train"), names(["train", "register"]), names(None)
    (['train'], ['train', 'register'], [])
    """
    if isinstance(value, str):
        return [value]
    return [each for each in items(value) if isinstance(each, str)]
