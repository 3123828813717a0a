"""The number that digits write."""

from __future__ import annotations

_LONGEST = 15  # digits; more are no number that JSON's readers all agree on, nor one that anybody meant


def number_of(text: str) -> int | None:
    """The number that at most 15 ASCII digits write; None for any other text, such as `²` or 5,000 digits.

    `str.isdigit` takes the first for a number and `int` does not; Python refuses to read the second.

    >>> number_of("042"), number_of("-1"), number_of("²")
    (42, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
