"""What is said about a file, and where: the values that every part of the linter passes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Where a value stands in the data: keys and indices, as in `("gates", 0, "min")`.
Address = tuple[str | int, ...]
Severity = Literal["error", "warning"]


class Kind(NamedTuple):
    """What sort of thing was found; for a rule these are its module's constants."""

    code: str
    name: str
    severity: Severity = "error"


class Span(NamedTuple):
    """A piece of a text; every number starts at 1, columns count characters."""

    line: int
    column: int
    end_line: int
    end_column: int  # the first column behind it


START = Span(1, 1, 1, 1)


class Edit(NamedTuple):
    """A change of characters: `text` in place of those from `start` to before `end`, counted from 0."""

    start: int
    end: int
    text: str


class Diagnostic(NamedTuple):
    """One thing that is wrong in one place of one file; they sort in the order of the text."""

    file: str
    span: Span
    kind: Kind
    message: str
    #: what would be right
    hint: str = ""
    #: the line of the file that the span starts in
    source: str = ""
    #: the one right answer, where there is one
    edits: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        place = f"{self.file}:{self.span.line}:{self.span.column}"
        return f"{place}: {self.kind.severity}[{self.kind.code}] {self.said()}"

    def said(self) -> str:
        """The message with its hint, on one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message


def is_whole(kind: Kind) -> bool:
    """Whether a finding of this kind leaves no spec to work with: MS0 is text, shape, and what refers to nothing."""
    return kind.code.startswith("MS0") and kind.severity == "error"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The hint for a word that nobody knows: the nearest known one, or all when they are few.

    >>> did_you_mean("protectd", ["protected", "path"])
    'did you mean `protected`?'
    """
    options = list(dict.fromkeys(known))
    if meant := near(word, options):
        return f"did you mean `{meant}`?"
    return f"known: {listed(options)}" if 0 < len(options) <= 15 else ""


def near(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest to one that nobody knows; empty when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only who errs pays for it

    options = list(known)
    found = get_close_matches(word, options, n=1, cutoff=0.7) or get_close_matches(word.lower(), options, n=1)
    return found[0] if found else ""


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words in backticks as one reads them.

    >>> listed(["a", "b", "c"], "or")
    '`a`, `b` or `c`'
    """
    *rest, end = [f"`{word}`" for word in words] or [""]
    return f"{', '.join(rest)} {last} {end}" if rest else end
