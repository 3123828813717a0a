"""Words of a text that speak of the target: forms of the words that its name is made of."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = regex(r"[a-z]+")
_LEAST = 4  # letters that a word must have to be known in another form
_MOST_SHARED = 5
_EMPTY = frozenset(
    ("days", "day", "week", "weeks", "month", "months", "year", "years", "flag", "label", "within", "next")
)


def speaks_of(target: str, word: str) -> bool:
    """Whether a word is a form of one in the target's name.

    >>> speaks_of("charged_off", "charge"), speaks_of("cancelled_60d", "cancellation"), speaks_of("paid", "payment")
    (True, True, False)
    """
    return any(_is_form(part, word.lower()) for part in _parts(target))


def _parts(target: str) -> Iterator[str]:
    yield from (part for part in _WORD.findall(target.lower()) if len(part) >= _LEAST and part not in _EMPTY)


def _is_form(part: str, word: str) -> bool:
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(part, word, strict=False)))
    return shared >= min(_MOST_SHARED, max(_LEAST, len(part) - 1)) and shared >= 0.6 * len(part)
