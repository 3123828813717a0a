"""Inline ignores: `# mlops-spec: ignore[MS203] reason`, behind the value or on a line of its own above it.

What holds the spec together (MS0) can't be ignored; an ignore that stops nothing is itself found, so that none outlives
its cause.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.comments import Comment, comments
from mlops_spec.document.diagnostic import Diagnostic, Edit, Kind, Span, did_you_mean, listed
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mlops_spec.document import Document

USELESS = Kind("MS901", "useless-ignore")
UNEXPLAINED = Kind("MS902", "unexplained-ignore")
MALFORMED = Kind("MS903", "malformed-ignore")

MARK = "mlops-spec:"
AROUND = "MS8"  # rules over the repository: whether an ignore stops one of them, only a run over that can tell
_ADDRESSED = regex(rf"#+\s*{MARK}")
_IGNORE = regex(rf"#+\s*{MARK}\s*ignore\[(?P<codes>\s*MS\d+(\s*,\s*MS\d+)*\s*)\]\s*(?P<reason>.*)")


class Ignore(NamedTuple):
    """One comment that ignores codes on one line."""

    comment: Comment
    line: int  # the line whose findings are ignored
    codes: tuple[str, ...]
    reason: str


def suppress(
    document: Document, found: Sequence[Diagnostic], known: Collection[str], *, around: bool = False
) -> list[Diagnostic]:
    """What is left of `found`, and what is wrong with the ignores themselves; `around`: those of `AROUND` alone."""
    if MARK not in document.text:
        return list(found)
    said = [comment for comment in comments(document) if _ADDRESSED.match(comment.text)]
    ignores = [ignore for comment in said if (ignore := _ignore(document, comment))]
    ignored = {(ignore.line, code) for ignore in ignores for code in ignore.codes}
    left = [each for each in found if (each.span.line, each.kind.code) not in ignored]
    stopped = {(each.span.line, each.kind.code) for each in found} & ignored
    malformed = [_malformed(document, comment) for comment in said if not around and not _IGNORE.match(comment.text)]
    return [*left, *malformed, *_about(document, ignores, stopped, known, around=around)]


def ignored_there(found: Diagnostic) -> bool:
    """Whether a line of another file than the linted one says itself that it is right so, and why."""
    said = _IGNORE.search(found.source)
    return said is not None and len(said["reason"]) >= 10 and found.kind.code in re.split(r"[, ]+", said["codes"])


def _ignore(document: Document, comment: Comment) -> Ignore | None:
    match = _IGNORE.match(comment.text)
    if not match:
        return None
    codes = tuple(dict.fromkeys(code.strip() for code in match["codes"].split(",")))
    return Ignore(comment, _ignored_line(document, comment), codes, match["reason"].strip())


def _malformed(document: Document, comment: Comment) -> Diagnostic:
    hint = "write `# mlops-spec: ignore[MS203] reason`"
    return document.diagnostic(MALFORMED, _span(document, comment), "this comment ignores nothing", hint)


def _ignored_line(document: Document, comment: Comment) -> int:
    """The comment's own line, or, when nothing else stands there, the next one that is more than a comment."""
    if not comment.alone:
        return comment.line
    for number, line in enumerate(document.lines[comment.line :], start=comment.line + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return number
    return comment.line


def _about(
    document: Document,
    ignores: Iterable[Ignore],
    stopped: set[tuple[int, str]],
    known: Collection[str],
    *,
    around: bool,
) -> Iterator[Diagnostic]:
    for ignore in ignores:
        judged = [code for code in ignore.codes if code.startswith(AROUND) == around]
        useless = [code for code in judged if (ignore.line, code) not in stopped]
        if useless:
            yield _useless(document, ignore, useless, known)
        elif not around and len(ignore.reason) < 10:
            message = f"{listed(ignore.codes)} is ignored without a reason"
            hint = "say behind the bracket why it is right here"
            yield document.diagnostic(UNEXPLAINED, _span(document, ignore.comment), message, hint)


def _useless(document: Document, ignore: Ignore, useless: Sequence[str], known: Collection[str]) -> Diagnostic:
    unknown = [code for code in useless if code not in known]
    if unknown:
        message, hint = f"no rule is called {listed(unknown)}", did_you_mean(unknown[0], known)
    else:
        message, hint = f"nothing on line {ignore.line} has {listed(useless, 'or')}", "remove it"
    kept = [code for code in ignore.codes if code not in useless]
    edits = () if unknown else (_remove_codes(document, ignore, kept),)
    return document.diagnostic(USELESS, _span(document, ignore.comment), message, hint, edits)


def _remove_codes(document: Document, ignore: Ignore, kept: Sequence[str]) -> Edit:
    comment = ignore.comment
    if kept:
        start = comment.start + comment.text.index("[") + 1
        return Edit(start, comment.start + comment.text.index("]"), ", ".join(kept))
    text, start, end = document.text, comment.start, comment.end
    while start and text[start - 1] in " \t":
        start -= 1
    if comment.alone:
        end += 2 if text.startswith("\r\n", end) else int(end < len(text))
    return Edit(start, end, "")


def _span(document: Document, comment: Comment) -> Span:
    line, column = document.position(comment.start)
    return Span(line, column, line, column + len(comment.text))
