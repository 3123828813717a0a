"""What must hold of the linter's answer to any bytes at all.

Each case has a second; it is the processor's, so that a busy machine fails nobody.
"""

from __future__ import annotations

import json
import time
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.diagnostic import is_whole
from mlops_spec.lint.report import FORMATS, Run, report
from mlops_spec.lint.specs import fix_content, lint_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.document.diagnostic import Diagnostic

DAY = date(2026, 11, 23)
SECONDS = 1.0


class Answer(NamedTuple):
    """The exit code that the linter would end with, the seconds of processor that it took, and what is wrong."""

    code: int
    seconds: float
    wrong: str


def judge(content: bytes, *, whole: bool) -> Answer:
    """Lints bytes as the command does; whatever they are, there is an answer, soon, and each place is in the text.

    `whole`: in every format, and fixed too.
    """
    started = time.process_time()
    try:
        found = lint_content("model.yaml", content, DAY)
        run = Run(found, ["model.yaml"], 1)
        told = {style: report(run, style) for style in (FORMATS if whole else ("text", "json"))}
        seconds = time.process_time() - started
        wrong = _wrong(content, json.loads(told["json"]), found)
        if seconds > SECONDS:
            wrong = f"{seconds:.1f} s of processor, {SECONDS:g} are allowed"
        if whole and not wrong:
            wrong = _left(content)
    except Exception as error:  # whatever it is, it is a bug
        return Answer(70, time.process_time() - started, f"{type(error).__name__}: {error}")
    code = 2 if any(is_whole(each.kind) for each in found) else int(bool(found))
    return Answer(code, seconds, wrong)


def _wrong(content: bytes, told: Sequence[object], found: Sequence[Diagnostic]) -> str:
    lines = content.count(b"\n") + content.count(b"\r") + 1
    if len(told) != len(found):
        return "the report tells another number of findings"
    inside = all(1 <= each.span.line <= lines and each.span.column >= 1 for each in found)
    return "" if inside else "a place is not in the text"


def _left(content: bytes) -> str:
    """Whether `--fix` leaves something to fix."""
    right, _ = fix_content("model.yaml", content, DAY)
    return "" if fix_content("model.yaml", right, DAY) == (right, 0) else "a fix is not the last"
