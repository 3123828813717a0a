"""Canonical JSON: one value, one text (RFC 8785, for finite numbers and ASCII keys)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

_quote = json.JSONEncoder(ensure_ascii=False).encode


def canonical(value: Any) -> bytes:
    """The one text of a JSON value, as UTF-8.

    Raises:
        ValueError: a number is not finite, a key is not ASCII, or text holds half a surrogate pair.

    >>> canonical({"b": 1e-7, "a": [1.0, None, "é"]}).decode()
    '{"a":[1,null,"é"],"b":1e-7}'
    """
    return _text(value).encode()


def _text(value: Any) -> str:
    match value:
        case str():
            return _quote(value)
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case int():
            if abs(value) >= 2**53:
                raise ValueError(f"{value} is more than a JSON number keeps exactly")
            return str(value)
        case float():
            return number(value)
        case Mapping():
            if not all(isinstance(key, str) and key.isascii() for key in value):
                raise ValueError("keys are ASCII text")
            return "{" + ",".join(f"{_quote(key)}:{_text(value[key])}" for key in sorted(value)) + "}"
        case Sequence():
            return "[" + ",".join(map(_text, value)) + "]"
    raise ValueError(f"{type(value).__name__} is not JSON")


def number(value: float) -> str:
    """A finite number as ECMAScript writes it (ECMA-262, Number::toString).

    >>> number(0.842), number(3.0), number(1e21), number(1.5e-7), number(0.00001)
    ('0.842', '3', '1e+21', '1.5e-7', '0.00001')
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a JSON number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    padded = whole + fraction
    digits = padded.lstrip("0").rstrip("0")
    point = len(whole) + int(exponent or 0) - (len(padded) - len(padded.lstrip("0")))  # value = 0.digits · 10^point
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if digits[1:] else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"
