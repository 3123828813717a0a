"""Numbers as people write them in a sentence: `28`, `1,000` or `four`."""

from __future__ import annotations

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_WORDS, start=1)} | {
    "a": 1,
    "an": 1,
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "hundred": 100,
}

#: A pattern of such a number, without a group.
NUMBER = rf"(?:[0-9][0-9,]{{0,8}}|(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?![a-z]))"


def said_number(words: str) -> int:
    """The number that a text which fits `NUMBER` says.

    >>> said_number("Four"), said_number("1,000"), said_number("an")
    (4, 1000, 1)
    """
    return _NUMBERS.get(words.lower()) or int(words.replace(",", ""))
