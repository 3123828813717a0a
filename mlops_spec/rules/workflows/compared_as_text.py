"""Numbers are compared as numbers.

In `[[ ]]`, `>` and `<` compare texts: 1200 comes before 900. `-lt` and `expr` know whole numbers alone: with 0.81 they
end in an error, which an `if` takes for a no. And the 0 that `bc` prints is a text, which `[ ]` takes for a yes.

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

from mlops_spec.platforms.github.workflow.roles import about_models
from mlops_spec.platforms.github.workflow.scripts import scripts
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS563"
NAME = "compared-as-text"
SEVERITY: Severity = "error"

# Repeats are bounded: what stands in one script is read in time that grows with its length.
_TEXTS = regex(
    r"\[\[\s[^\]]{0,200}?\s[<>]\s[^\]]{0,200}\]\]|\[\s[^\]]{0,200}?\s\\[<>]\s[^\]]{0,200}\]|\btest\s[^\n;&|]{0,200}\\[<>][^\n;&|]{0,200}"
)
_WHOLE = regex(
    r"(?:\[\[?|\btest)\s[^\]\n]{0,200}?-(?:lt|le|gt|ge|eq|ne)\b[^\]\n;&|]{0,200}|\$?\(\([^)\n]{0,200}[<>][^)\n]{0,200}\)\)|\bexpr\s[^\n;|]{0,200}[<>][^\n;|)]{0,200}"
)
_REDIRECTED = regex(r"(?<!\[)\[\s[^\]\n]{0,200}?\s[<>]=?\s*[^\]\n]{0,200}\](?!\])|\btest\s+\S+\s+[<>]=?\s*\S+")
_ROUNDED = regex(
    r"\bround\([^)\n]{0,200},\s{0,9}[01]\)|\bround\((?![^)\n]{0,200},)[^)\n]{0,200}(?:auc|acc|f1|score|recall|precision|metric)[^)\n]{0,200}\)"
    r"|%\.[01]f|\|\s*(?:floor|ceil|round)\b|\bint\([^)<>\n]{0,200}(?:auc|acc|f1|score|recall|precision|metric)[^)<>\n]{0,200}\)"
    r"|\$\{\w+%\.\*\}|cut -d\s?['\"]?\.['\"]? -f ?1|\bscale=[01]\b",
    re.IGNORECASE,
)
#: A substitution that a calculator or a language answers, and a comparison in it.
_ELSEWHERE = regex(
    r"\$\((?=[^\n]{0,300}\b(?:bc|awk|python3?|jq)\b)(?:[^()\n]|\((?:[^()\n]|\([^()\n]{0,200}\)){0,200}\)){3,300}\)"
)
_COMPARES = regex(r"[^-=]([<>]=?|[=!]=)\s*[\d$\"'.]")
_ANSWER_AS_TEXT = regex(
    r"(?:\bif|\bwhile|&&|\|\||^)\s*!?\s*(?:\[\[?\s+(?:-n\s+)?\"?\$\(0{6,300}\)\"?\s+\]|test\s+(?:-n\s+)?\"?\$\(0{6,300}\)\"?\s*(?:$|[;&|]))",
    re.MULTILINE,
)
_DATES = regex(r"date|time|version|day|month|year|since|until|stamp", re.IGNORECASE)
_FRACTION = regex(
    r"\b\d*\.\d+\b|(?<![A-Za-z])(auc|accuracy|acc|f1|rmse|mae|loss|logloss|precision|recall|ece|psi|r2|brier|auroc|roc_auc|mape"
    r"|error_rate|threshold|score)(?![A-Za-z])",
    re.IGNORECASE,
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps if about_models(job) or any(map(_measures_no_quality, job.commands)) else ():
            for script in scripts(step, delivery):
                for found, message in _false_comparisons(_without_judged(script.text)):
                    piece = re.compile(rf"(?s:.{{{len(found[0])}}})").match(script.text, found.start())
                    if piece and not _is_comment(script.text, found.start()):
                        yield script.found(piece, message, _HINT)


_HINT = "compare in Python, `awk` or `jq --exit-status`"
_SPEED = regex(r"bench(mark)?|latency|load_?test|locust|k6|psi|drift|throughput|size_?check|memory", re.IGNORECASE)


def _measures_no_quality(command: Command) -> bool:
    return not command.verb and any(_SPEED.search(word) for word in command.words[:8])


def _false_comparisons(script: str) -> Iterator[tuple[re.Match[str], str]]:
    for found in _TEXTS.finditer(script):
        if not _DATES.search(found[0]):
            yield found, "this compares texts: 1200 comes before 900"
    for found in _ANSWER_AS_TEXT.finditer(script):
        yield found, "this asks whether a text is there, and a 0 is one"
    for found in _REDIRECTED.finditer(script):
        if not re.search(r"<\(|>\s*/dev", found[0]):
            yield found, "this writes or reads a file: `<` and `>` compare nothing here"
    for found in _ROUNDED.finditer(script) if _compares_metric(script) else ():
        yield found, "this rounds before it compares, and what just fails passes"
    for found in _WHOLE.finditer(script):
        if _FRACTION.search(found[0]):
            yield found, "this knows whole numbers alone, and a metric has decimals"


def _without_judged(script: str) -> str:
    """A script in which each comparison that another program makes is its answer, of the same length."""
    return _ELSEWHERE.sub(
        lambda found: f"$({'0' * (len(found[0]) - 3)})" if _COMPARES.search(found[0]) else found[0], script
    )


def _compares_metric(script: str) -> bool:
    return bool(_FRACTION.search(script) and re.search(r"\bexit\b|assert|-e\b|--exit-status", script))


def _is_comment(script: str, place: int) -> bool:
    return script[script.rfind("\n", 0, place) + 1 : place].lstrip().startswith("#")
