"""Findings as GitHub Actions' workflow commands, which become annotations beside the changed lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.report.visible import visible

if TYPE_CHECKING:
    from mlops_spec.diagnostic import Diagnostic
    from mlops_spec.report import Run


def report(run: Run) -> str:
    return "".join(f"{_command(each)}\n" for each in run.found)


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
    said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{kind.severity} {said}::{_data(found.said())}"


def _data(text: str) -> str:
    """As the runner unescapes it; line ends, which would begin another command, are shown and not made."""
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
