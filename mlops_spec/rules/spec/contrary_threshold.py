"""Decisions are judged at the threshold that they are taken at.

Where people act from a score of 0.08 on and nothing is said, decisions are judged at 0.5: with few positives hardly any
score reaches that, nobody is selected in any group, and a gate on fairness or on recall looks at decisions that nobody
takes. Where the riskiest 5 % are called, `precision_at_k` of the first tenth is that of others.

Bad:

    description: Probability that a claim holds an error. Claims from 0.08 on are reviewed.
    gates:
      - metric: f1
        min: 0.6

Good:

    description: Probability that a claim holds an error. Claims from 0.08 on are reviewed.
    evaluate: {threshold: 0.08}
    gates:
      - metric: f1
        min: 0.6

Fix: write the threshold in use, in `evaluate.threshold` and in the description.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.measures import measures
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS237"
NAME = "contrary-threshold"
SEVERITY: Severity = "warning"

_NUMBER = r"(0?\.[0-9]{1,4}|[0-9]{1,2}(?:\.[0-9])? ?(?:%|percent\b))"
_FROM = regex(
    rf"(?:\b(?:from|above|over|at least|at or above|exceed(?:s|ing)?|beyond"
    rf"|(?:greater|more|higher) than|reach(?:es|ing)?"
    rf"|threshold(?: of| is| at|:)?|cut-?off(?: of| is| at|:)?|scores? of)|>=?|≥) ?(?:a |the )?"
    rf"(?:score |probability |threshold )?(?:of )?{_NUMBER}"
    rf"|{_NUMBER} (?:or|and) (?:more|higher|above|over|up)\b|{_NUMBER} (?:upwards?|onwards?)\b",
    re.IGNORECASE,
)
_OF_SCORE = regex(r"scor|probabilit|threshold|cut-?off|likel|risk", re.IGNORECASE)
_OF_ELSE = regex(
    r"\b(?:auc|roc|recall|precision|accura\w*|f1|error rate|drift|psi|correlation|amounts?|price|income"
    r"|discount|share of"
    r"|ratio|interest|rate of|missing|confidence interval|brier)\b",
    re.IGNORECASE,
)
_SENTENCE = regex(r"(?<=[.!?;])\s+")
_DECIDED = ("accuracy", "balanced_accuracy", "matthews_corrcoef", "expected_cost", "hamming_loss")
_BY_SCORE = "precision_at_k"
_HIGHEST = regex(
    r"\b(?:top|riskiest|highest|upper|first|best|worst|most \w+|likeliest) ([0-9]{1,2}(?:\.[0-9])?) ?(?:%|percent\b)",
    re.IGNORECASE,
)
_ALIKE = 1e-6


def check(spec: Spec) -> Iterator[Finding]:
    yield from _of_share(spec)
    if not TASKS[spec.task].has("threshold") or not _decides(spec):
        return
    texts = (spec.description or "", spec.governance.intended_use or "")
    said = [each for text in texts for sentence in _SENTENCE.split(text) for each in _said(sentence)]
    threshold = spec.evaluate.threshold
    if said and not any(abs(value - threshold) <= _ALIKE for value, _ in said):
        value, words = said[0]
        place: Address = (
            ("evaluate", "threshold") if "threshold" in spec.evaluate.model_fields_set else ("description",)
        )
        message = f"people act `{words}`, and decisions are judged at {threshold:g}"
        yield Finding(place, message, f"write `evaluate: {{threshold: {value:g}}}`")


def _of_share(spec: Spec) -> Iterator[Finding]:
    """Of a share of the highest scores that people act on, and another that is judged."""
    if not any(name == _BY_SCORE for _, name in measures(spec)) or not isinstance(spec.evaluate.k, float):
        return
    text = f"{spec.description or ''} {spec.governance.intended_use or ''}"
    said = [(float(found[1]) / 100, found[0]) for found in _HIGHEST.finditer(text)]
    if said and not any(abs(share - spec.evaluate.k) <= _ALIKE for share, _ in said):
        place: Address = ("evaluate", "k") if "k" in spec.evaluate.model_fields_set else ("description",)
        message = f"people act on `{said[0][1]}`, and `{_BY_SCORE}` looks at the highest {spec.evaluate.k:.3g}"
        yield Finding(place, message, f"write `evaluate: {{k: {said[0][0]:g}}}`")


def _said(sentence: str) -> Iterator[tuple[float, str]]:
    for found in _FROM.finditer(sentence):
        written = next(filter(None, found.groups()))
        percent = not written.startswith((".", "0."))
        value = float(written.rstrip("% percnt"))
        if (
            0 < value < (100 if percent else 1)
            and not _OF_ELSE.search(sentence)
            and (not percent or _OF_SCORE.search(sentence))
        ):
            yield (value / 100 if percent else value), found[0].strip()


def _decides(spec: Spec) -> bool:
    """Whether a gate, or what is measured, is of decisions."""
    of_decisions = (
        name in _DECIDED or (name.startswith(("precision", "recall", "f1")) and name != _BY_SCORE)
        for _, name in measures(spec)
    )
    return any(of_decisions) or any(isinstance(gate, FairnessGate) for gate in spec.gates)
