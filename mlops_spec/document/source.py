"""A file's bytes as text: its size, its encoding, and the characters that show a reviewer what no machine reads."""

from __future__ import annotations

import unicodedata

from mlops_spec.document.diagnostic import START, Diagnostic, Kind, Span
from mlops_spec.document.secret import masked
from mlops_spec.regex import regex

MAX_BYTES = 1 << 20

UNREADABLE = Kind("MS000", "unreadable-text")
UNSAFE = Kind("MS008", "unsafe-character")

LINE_END = regex(r"\r\n|\r|\n")
# C0 but tab and line ends, DEL and C1, the marks that reorder or break a line without showing it, what no text holds.
UNSAFE_IN_TEXT = regex(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\uffff]"
)


def decode(content: bytes, name: str) -> str | Diagnostic:
    """The text in `content`, or the first reason why it can't be a spec."""
    if len(content) > MAX_BYTES:
        return Diagnostic(name, START, UNREADABLE, "the file is larger than 1 MiB", "a spec holds settings, not data")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        span, source = _place(content.decode("utf-8", errors="replace"), len(content[: error.start].decode("utf-8")))
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        return Diagnostic(name, span, UNREADABLE, message, "save the file as UTF-8", source)
    if match := UNSAFE_IN_TEXT.search(text):
        span, source = _place(text, match.start())
        return Diagnostic(name, span, UNSAFE, *_about(match[0], match.start()), source)
    if not text.isascii() and (place := _first_decomposed(text)) is not None:
        span, source = _place(text, place)
        message = "a letter is written as base and accent (not Unicode NFC), and compares unequal to what it looks like"
        return Diagnostic(name, span, UNSAFE, message, "write it as one composed letter", source)
    return text


def shown(character: str) -> str:
    """How a character is named in a message: `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"


def _about(character: str, place: int) -> tuple[str, str]:
    if character == "\ufeff" and place == 0:
        return "the file starts with a byte order mark", "save it as UTF-8 without one"
    return f"{shown(character)} is not allowed, not even in a comment", "remove it"


def _first_decomposed(text: str) -> int | None:
    """Where the first line that is not in normal form C differs from it."""
    start = 0
    for line in text.splitlines(keepends=True):
        composed = unicodedata.normalize("NFC", line)
        if composed != line:
            pairs = enumerate(zip(line, composed, strict=False))
            return start + next((index for index, (written, right) in pairs if written != right), len(composed))
        start += len(line)
    return None


def _place(text: str, index: int) -> tuple[Span, str]:
    """The span of one character of a text, and its line with what can't be shown replaced."""
    before = LINE_END.split(text[:index])
    line, column = len(before), len(before[-1]) + 1
    source = LINE_END.split(text[index - column + 1 :], maxsplit=1)[0]
    return Span(line, column, line, column + 1), masked(UNSAFE_IN_TEXT.sub("\ufffd", source))
