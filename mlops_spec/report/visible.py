"""Text that shows itself: nothing that came from a file may steer a terminal or hide in a report."""

from __future__ import annotations


def visible(text: str) -> str:
    r"""Replaces what is not printable by its escape.

    >>> visible("a\x1b[31m\u202eb")
    'a\\x1b[31m\\u202eb'
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\u00a0" else ascii(character)[1:-1] for character in text
    )
