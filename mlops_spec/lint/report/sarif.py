"""Findings as SARIF 2.1.0, which code scanning reads."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mlops_spec import __version__
from mlops_spec.rules.page import parts
from mlops_spec.rules.pages import PAGES
from mlops_spec.words.visible import visible_json

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Diagnostic
    from mlops_spec.lint.report import Run
    from mlops_spec.rules.rule import Page

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def report(run: Run) -> str:
    driver = {
        "name": "mlops-spec",
        "semanticVersion": __version__,
        "rules": [_descriptor(page) for page in PAGES],
    }
    results = [_result(each) for each in run.found]
    notes = [{"level": "warning", "message": {"text": f"not looked at: {each}"}} for each in run.unseen]
    done = {"executionSuccessful": not notes, "toolExecutionNotifications": notes}
    played = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{**played, "invocations": [done]}]}
    return visible_json(json.dumps(log, indent=2) + "\n")


def _descriptor(page: Page) -> dict[str, Any]:
    page_parts = parts(page)
    return {
        "id": page.CODE,
        "name": page.NAME,
        "shortDescription": {"text": page_parts.claim},
        "fullDescription": {"text": page_parts.why},
        "help": {"text": page_parts.fix},
        "defaultConfiguration": {"level": page.SEVERITY},
    }


def _result(found: Diagnostic) -> dict[str, Any]:
    span, kind = found.span, found.kind
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    location = {"artifactLocation": {"uri": quote(PurePath(found.file).as_posix())}, "region": region}
    return {
        "ruleId": kind.code,
        "ruleIndex": _INDEX[kind.code],
        "level": kind.severity,
        "message": {"text": found.said()},
        "locations": [{"physicalLocation": location}],
    }


_INDEX = {page.CODE: index for index, page in enumerate(PAGES)}
