"""What a plain scalar means: the core schema of YAML 1.2 (section 10.3.2).

`NO`, `12:30:45`, `1_000` and `2024-01-01` are text, `010` is ten, and nothing a user writes makes Python raise.
"""

from __future__ import annotations

from mlops_spec.regex import regex

MAX_DIGITS = 18  # what every reader of the file keeps exactly: 64-bit integers hold nineteen

_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL"), None) | {
    word: value for value in (True, False) for word in (str(value), str(value).lower(), str(value).upper())
}
_NUMBER_STARTS = frozenset("0123456789+-.")
_INTEGER = regex(r"[-+]?[0-9]+")
_BASED = regex(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = regex(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_INFINITE = regex(r"([-+]?)\.(inf|Inf|INF)")
_NAN = regex(r"\.(nan|NaN|NAN)")


def plain(text: str) -> str | int | float | bool | None:
    """The value of a scalar without quotes.

    >>> plain("NO"), plain("010"), plain("1e3"), plain("~"), plain("1.2.3")
    ('NO', 10, 1000.0, None, '1.2.3')

    Raises:
        ValueError: an integer of more digits than its readers keep.
    """
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMBER_STARTS else text


def _number(text: str) -> str | int | float:
    if _INTEGER.fullmatch(text):
        if len(text.lstrip("+-").lstrip("0")) > MAX_DIGITS:
            msg = f"an integer of more than {MAX_DIGITS} digits"
            raise ValueError(msg)
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _BASED.fullmatch(text):
        return _based(text)
    if match := _INFINITE.fullmatch(text):
        return float(f"{match[1]}inf")
    return float("nan") if _NAN.fullmatch(text) else text


def _based(text: str) -> int:
    if len(text) > MAX_DIGITS:
        msg = f"an integer of more than {MAX_DIGITS} digits"
        raise ValueError(msg)
    return int(text, 0)
