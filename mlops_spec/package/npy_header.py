"""The header of a NumPy array: whether its values are plain, or objects, which are kept as a pickle."""

from __future__ import annotations

import ast

from mlops_spec.regex import regex

MAGIC = b"\x93NUMPY"
LONGEST = 2**16  # bytes; what NumPy writes is far shorter
_PLAIN = regex(r"[<>|=]?[biufcmMSUV]\d+(\[\w+\])?|[<>|=]?\?")


def holds_objects(beginning: bytes) -> bool:
    """Whether an array is a pickle, by its first 64 KiB; what names no plain type of NumPy's is taken for one.

    Source: NEP 1. NumPy itself writes `|O`, and reads `O`, `object` and more as well.
    """
    header = beginning[12 if beginning[6:7] > b"\x01" else 10 : LONGEST].partition(b"\n")
    if not header[1]:
        return True
    try:
        return not _plain(ast.literal_eval(header[0].decode("latin-1").strip())["descr"])
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError):
        return True


def _plain(descr: object) -> bool:
    """A type, or fields (name, type) or (name, type, shape)."""
    if isinstance(descr, str):
        return _PLAIN.fullmatch(descr) is not None
    if isinstance(descr, list):
        return all(isinstance(field, tuple) and len(field) > 1 and _plain(field[1]) for field in descr)
    return isinstance(descr, tuple) and len(descr) == 2 and _plain(descr[0])
