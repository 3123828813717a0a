"""Numbers are compared as numbers.

In `[[ ]]`, `>` and `<` compare texts: 1200 comes before 900. `-lt` and `expr` know whole numbers alone: with 0.81 they
end in an error, which an `if` takes for a no.

Bad:

    jobs:
      judge:
        steps:
          - run: |
              uv run --no-sync python -m credit.evaluate --out build/cost
              if [[ "$(cat build/cost)" > "${COST}" ]]; then exit 1; fi

Good:

    jobs:
      judge:
        steps:
          - run: |
              uv run --no-sync python -m credit.evaluate --out build/cost
              uv run --no-sync python -m credit.gate --cost build/cost --max-cost 900

Fix: compare in Python, `awk` or `jq --exit-status`, or with `mlops-spec gate`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.workflow.elsewhere import scripts_of
from mlops_spec.workflow.roles import about_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Delivery, Step, Workflow

CODE = "MS563"
NAME = "compared-as-text"
SEVERITY: Severity = "error"

# Repeats are bounded: what stands in one script is read in time that grows with its length.
_TEXTS = re.compile(
    r"\[\[\s[^\]]{0,200}?\s[<>]\s[^\]]{0,200}\]\]|\[\s[^\]]{0,200}?\s\\[<>]\s[^\]]{0,200}\]|\btest\s[^\n;&|]{0,200}\\[<>][^\n;&|]{0,200}"
)
_WHOLE = re.compile(
    r"(?:\[\[?|\btest)\s[^\]\n]{0,200}?-(?:lt|le|gt|ge|eq|ne)\b[^\]\n;&|]{0,200}|\$?\(\([^)\n]{0,200}[<>][^)\n]{0,200}\)\)|\bexpr\s[^\n;|]{0,200}[<>][^\n;|)]{0,200}"
)
_REDIRECTED = re.compile(r"(?<!\[)\[\s[^\]\n]{0,200}?\s[<>]=?\s*[^\]\n]{0,200}\](?!\])|\btest\s+\S+\s+[<>]=?\s*\S+")
_ROUNDED = re.compile(
    r"\bround\([^)\n]{0,200},\s{0,9}[01]\)|\bround\((?![^)\n]{0,200},)[^)\n]{0,200}(?:auc|acc|f1|score|recall|precision|metric)[^)\n]{0,200}\)"
    r"|%\.[01]f|\|\s*(?:floor|ceil|round)\b|\bint\([^)\n]{0,200}(?:auc|acc|f1|score|recall|precision|metric)[^)\n]{0,200}\)"
    r"|\$\{\w+%\.\*\}|cut -d\s?['\"]?\.['\"]? -f ?1|\bscale=[01]\b",
    re.IGNORECASE,
)
_DATES = re.compile(r"date|time|version|day|month|year|since|until|stamp", re.IGNORECASE)
_FRACTION = re.compile(
    r"\b\d*\.\d+\b|(?<![A-Za-z])(auc|accuracy|acc|f1|rmse|mae|loss|logloss|precision|recall|ece|psi|r2|brier|auroc|roc_auc|mape"
    r"|error_rate|threshold|score)(?![A-Za-z])",
    re.IGNORECASE,
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps if about_models(job) else ():
            for path, script in scripts_of(step, delivery.scripts):
                yield from _elsewhere(step, path, script)
            for found in _TEXTS.finditer(step.run):
                if not _DATES.search(found[0]):
                    yield _said(step.place, found, "this compares texts: 1200 comes before 900")
            for found in _REDIRECTED.finditer(step.run):
                if not re.search(r"<\(|>\s*/dev", found[0]):
                    yield _said(step.place, found, "this writes or reads a file: `<` and `>` compare nothing here")
            for found in _ROUNDED.finditer(step.run) if _compares(step) else ():
                yield _said(step.place, found, "this rounds before it compares, and what just fails passes")
            for found in _WHOLE.finditer(step.run):
                if _FRACTION.search(found[0]):
                    yield _said(step.place, found, "this knows whole numbers alone, and a metric has decimals")


def _elsewhere(step: Step, path: str, script: str) -> Iterator[Finding]:
    """What compares no numbers in a script that a step runs, told at the step with the script's own line."""
    for number, line in enumerate(script.splitlines(), 1):
        if not line.lstrip().startswith("#") and _FRACTION.search(line) and _is_no_comparison(line):
            message = f"{path}:{number} compares no numbers: it takes texts, whole numbers, or writes a file"
            yield Finding(step.place, message, "compare in Python, `awk` or `jq --exit-status`")


def _is_no_comparison(line: str) -> bool:
    text, whole = _TEXTS.search(line), _WHOLE.search(line)
    written = _REDIRECTED.search(line) and not re.search(r"<\(|>\s*/dev", line)
    return bool(written or (text and not _DATES.search(line)) or (whole and _FRACTION.search(whole[0])))


def _compares(step: Step) -> bool:
    """Whether a script compares a metric and can end as failed."""
    return bool(_FRACTION.search(step.run) and re.search(r"\bexit\b|assert|-e\b|--exit-status", step.run))


def _said(place: tuple[str | int, ...], found: re.Match[str], message: str) -> Finding:
    return Finding(place, message, "compare in Python, `awk` or `jq --exit-status`", piece=found[0].splitlines()[0])
