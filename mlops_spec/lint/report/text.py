"""Findings for people: each with its line, a caret under the place, and the right form."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from mlops_spec.words.visible import Visible, visible

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Diagnostic
    from mlops_spec.lint.report import Run

_BOLD, _RED, _YELLOW, _BLUE, _PLAIN = _CODES = ("\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[0m")
_WIDEST = 110  # characters of a source line that are shown
_BEFORE = 50  # of them at most before the place, in a line that is longer


def report(run: Run, *, colour: bool = False) -> str:
    unseen = "".join(f"not looked at: {visible(each)}\n" for each in run.unseen)
    text = "\n\n".join([*(_shown(each) for each in run.found), unseen + summary(run)]) + "\n"
    if not colour:
        for code in _CODES:
            text = text.replace(code, "")
    return Visible(text)


def summary(run: Run) -> str:
    """`2 errors, 1 fixable · 150 rules · model.yaml, 6 workflows, 34 files around it`."""
    errors = sum(each.kind.severity == "error" for each in run.found)
    warnings = len(run.found) - errors
    counts = [_count(errors, "error")] if errors or not warnings else []
    counts += [_count(warnings, "warning")] if warnings else []
    fixable = sum(bool(each.edits) for each in run.found)
    counts += [f"{fixable} fixable"] if fixable else []
    files = [visible(run.files[0]) if len(run.files) == 1 else f"{len(run.files)} files"] if run.files else []
    return f"{', '.join(counts)} · {run.rules} rules · {', '.join([*files, *run.beside]) or 'nothing to look at'}"


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _shown(found: Diagnostic) -> str:
    span, kind = found.span, found.kind
    paint = _RED if kind.severity == "error" else _YELLOW
    place = f"{visible(found.file)}:{span.line}:{span.column}"
    head = f"{_BOLD}{place}: {paint}{kind.severity}[{kind.code}]{_PLAIN} {visible(found.message)}"
    hint = visible(found.hint) + ("  (mlops-spec lint --fix changes it)" if found.edits else "")
    if not found.source.strip():
        return f"{head}\n  {hint}" if hint else head
    source, before, marked = _window(found)
    gutter = " " * len(str(span.line))
    lines = (
        head,
        f"{_BLUE}{gutter} |{_PLAIN}",
        f"{_BLUE}{span.line} |{_PLAIN} {source}",
        f"{_BLUE}{gutter} |{_PLAIN} {' ' * _columns(before)}{paint}{'^' * max(1, _columns(marked))}{_PLAIN} {hint}",
    )
    return "\n".join(line.rstrip() for line in lines)


def _window(found: Diagnostic) -> tuple[str, str, str]:
    """The source line, cut around the place when it is long; what stands before the place in it, and the place."""
    source, start = visible(found.source.replace("\t", " ")), found.span.column - 1
    end = found.span.end_column - 1 if found.span.end_line == found.span.line else len(source)
    if len(source) > _WIDEST:
        first = max(0, start - _BEFORE)
        cut = source[first : first + _WIDEST]
        source = ("…" if first else "") + cut + ("…" if first + _WIDEST < len(source) else "")
        start, end = start - first + bool(first), min(end, first + _WIDEST) - first + bool(first)
    return source, source[:start], source[start:end]


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(bool(unicodedata.combining(character)) for character in text)
