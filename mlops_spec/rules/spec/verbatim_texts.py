"""Long texts are not judged by whether they are the reference to the letter.

Two people who sum up one report, or translate one sentence, hardly ever write the same. Exact match is 0 for nearly
all right answers, so a gate over it alone tells a good model from a bad one by luck.

Bad:

    task: generation
    description: Sums up what a customer wrote in two sentences.
    data:
      path: data/rows.csv
      target: summary
      id: id
    gates:
      - metric: exact_match
        min: 0.05

Good:

    task: generation
    description: Sums up what a customer wrote in two sentences.
    data:
      path: data/rows.csv
      target: summary
      id: id
    gates:
      - metric: chrf
        min: 0.4

Fix: gate `chrf` or `token_f1`, which count what two texts share, or a judge of your own (`evaluate.metrics`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.answered_words import says
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS231"
NAME = "verbatim-texts"
SEVERITY: Severity = "warning"

_VERBATIM = ("exact_match", "exact_match_normalized")
_LONG = (
    r"summar(?:y|ies|i[sz](?:ations?|er))|translat(?:ions?|or)|paraphrases?|captions?|headlines?|abstracts?"
    r"|repl(?:y|ies)|essays?|explanations?|descriptions?|biograph(?:y|ies)"
)
_WRITES = r"sums? up|(?:summari[sz]|translat|paraphras|rephras|rewrit)(?:e|es|ing)|explains?"


def check(spec: Spec) -> Iterator[Finding]:
    word = says((*spec.data.targets, spec.model), _LONG) or says((spec.description or "",), _WRITES)
    if TASKS[spec.task].answer.holds != "text" or not word:
        return
    judged = [(index, gate) for index, gate in enumerate(spec.gates) if gate.of_quality and gate.measure is not None]
    if judged and all(gate.measure in _VERBATIM for _, gate in judged):
        index, gate = judged[0]
        message = f"`{gate.measure}` alone judges texts that are hardly ever the same to the letter (`{word}`)"
        yield Finding(("gates", index, "metric"), message, "gate `chrf` or `token_f1`, or a judge of your own")
