"""Findings for programs: a list of objects, one to a finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlops_spec import words
from mlops_spec.words.visible import visible_json

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Diagnostic
    from mlops_spec.lint.report import Run


def report(run: Run) -> str:
    for each in run.unseen:
        words.err(f"not looked at: {each}")
    return visible_json(json.dumps([_item(each) for each in run.found], indent=2) + "\n")


def _item(found: Diagnostic) -> dict[str, Any]:
    span, kind = found.span, found.kind
    return {
        "file": found.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "code": kind.code,
        "name": kind.name,
        "severity": kind.severity,
        "message": found.said(),
    }
