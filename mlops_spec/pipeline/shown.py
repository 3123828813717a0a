"""Values and names as messages show them: what the eye can't tell apart is written out."""

from __future__ import annotations

import unicodedata

_MOST = 60


def shown(value: object) -> str:
    r"""A value's text; in quotes, with escapes, where spaces or invisible or composed characters would mislead.

    >>> shown("a b"), shown(" >50K"), shown("a\u00a0b"), shown("Ko\u0308ln"), shown("\ufeffid")
    ('a b', "' >50K'", "'a\\xa0b'", "'Ko\\u0308ln'", "'\\ufeffid'")
    """
    text = str(value)
    text = text if len(text) <= _MOST else text[: _MOST - 1] + "…"
    if text and text == text.strip() and text.isprintable() and unicodedata.normalize("NFC", text) == text:
        return text
    return repr("".join(map(_written, text))).replace("\\\\", "\\")


def bare(text: str) -> str:
    """A text without what the eye does not see: composed, without invisible characters, single spaces.

    >>> bare(" Ko\u0308ln\u200b\u00a0Mitte ")
    'Köln Mitte'
    """
    plain = unicodedata.normalize("NFKC", text)
    return " ".join("".join(each for each in plain if unicodedata.category(each) != "Cf").split())


def _written(character: str) -> str:
    seen = character.isprintable() and not unicodedata.combining(character)
    return character if seen else ascii(character)[1:-1]


def lookalike(others: list[str], allowed: set[str]) -> str:
    """Which of the others is an allowed one but for its look; empty where none is."""
    plain = {bare(value).casefold(): value for value in allowed}
    meant = {other: plain[bare(other).casefold()] for other in others if bare(other).casefold() in plain}
    return f"; {shown(next(iter(meant)))} is not {shown(next(iter(meant.values())))}" if meant else ""
