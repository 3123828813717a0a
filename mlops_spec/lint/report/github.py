"""Findings as GitHub Actions' workflow commands, which become annotations beside the changed lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.annotation import annotation
from mlops_spec.words.visible import Visible

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Diagnostic
    from mlops_spec.lint.report import Run


def report(run: Run) -> str:
    unseen = (annotation("warning", {}, f"not looked at: {each}") for each in run.unseen)
    return Visible("".join(f"{line}\n" for line in [*map(_command, run.found), *unseen]))


def _command(found: Diagnostic) -> str:
    span, kind = found.span, found.kind
    properties = {
        "file": found.file,
        "line": span.line,
        "endLine": span.end_line,
        "col": span.column,
        "endColumn": span.end_column,
        "title": f"{kind.code} {kind.name}",
    }
    return annotation(kind.severity, properties, found.said())
