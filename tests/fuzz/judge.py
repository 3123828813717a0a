"""What must hold of the linter's answer to any bytes at all."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import NamedTuple

from mlops_spec.diagnostic import is_whole
from mlops_spec.lint import fix_content, lint_content
from mlops_spec.report import Run, report

DAY = date(2026, 11, 23)
SECONDS = 1.0
MEBIBYTES = 200


class Answer(NamedTuple):
    """The exit code that the linter would end with, the seconds of processor that it took, and what is wrong."""

    code: int
    seconds: float
    wrong: str


def judge(content: bytes, *, fixing: bool) -> Answer:
    """Lints bytes as the command does; whatever they are, there is an answer, soon, and each place is in the text."""
    started = time.process_time()
    try:
        found = lint_content("model.yaml", content, DAY)
        told = json.loads(report(Run(found, ["model.yaml"], 1), "json"))
        report(Run(found, ["model.yaml"], 1), "text")
        seconds = time.process_time() - started
        wrong = _wrong(content, len(told), len(found), [(each.span.line, each.span.column) for each in found])
        if fixing and not wrong:
            right = fix_content("model.yaml", content, DAY)[0]
            wrong = "" if fix_content("model.yaml", right, DAY)[1] == 0 else "a fix is not the last"
    except Exception as error:  # whatever it is, it is a bug
        return Answer(70, time.process_time() - started, f"{type(error).__name__}: {error}")
    code = 2 if any(is_whole(each.kind) for each in found) else int(bool(found))
    return Answer(code, seconds, wrong or ("too slow" if seconds > SECONDS else ""))


def _wrong(content: bytes, told: int, found: int, places: list[tuple[int, int]]) -> str:
    lines = content.count(b"\n") + content.count(b"\r") + 1
    if told != found:
        return "the report tells another number of findings"
    return "" if all(1 <= line <= lines and column >= 1 for line, column in places) else "a place is not in the text"
