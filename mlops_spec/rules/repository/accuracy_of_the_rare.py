"""What is rare is not looked for by accuracy.

Where two rows of a hundred are positive, who never says so is right in 98 of them. A gate on accuracy alone lets that
model pass. How many are positive is told by the rows that Git has, or by what people write of the data.

Bad:

    data:
      path: data/rows.csv
      target: fails
      id: id
    gates:
      - {metric: accuracy, min: 0.95}
    # MODEL_CARD.md
    Of 84,210 readings 1,633 (1.9 %) precede a failure.

Good:

    data:
      path: data/rows.csv
      target: fails
      id: id
    gates:
      - {metric: average_precision, min: 0.3}
    # MODEL_CARD.md
    Of 84,210 readings 1,633 (1.9 %) precede a failure.

Fix: gate `average_precision`, `balanced_accuracy` or the cost of the decisions.
"""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.dictionary import sentences
from mlops_spec.spec.answer_words import speaks_of
from mlops_spec.spec.features import positive_class
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS848"
NAME = "accuracy-of-the-rare"
SEVERITY: Severity = "warning"

_BLIND = frozenset(("accuracy", "brier_score", "expected_calibration_error"))
_PERCENT = regex(r"\b([0-9]{1,2}(?:[.,][0-9]+)?) ?(?:%|percent\b)")
_OF = regex(r"\b(?:1|one) (?:in|of|out of) (?:every )?([0-9][0-9,]*)\b")
_OTHER = regex(r"\b(accura\w*|precision|recall|auc|f1|missing|test(ed|s)?|split|error|drift|bound|gate\w*)\b")
_RARE = 0.25
_MOST_ROWS = 100_000


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    gates = [gate for gate in spec.gates if gate.measure is not None and gate.limits not in (None, (None, None))]
    if not TASKS[spec.task].has("positive") or any(gate.measure not in _BLIND for gate in gates):
        return
    for index, gate in enumerate(spec.gates):
        if not isinstance(gate, MetricGate) or gate.metric != "accuracy" or gate.min is None:
            continue
        for where, share in (*_in_rows(spec, repository), *_in_words(spec, repository)):
            if gate.min <= 1 - share:
                message = f"by {where} {share:.2g} of the rows are positive, and never to say so is right in the others"
                yield Finding(("gates", index, "metric"), message, "gate `average_precision` or `balanced_accuracy`")
                break


def _in_rows(spec: Spec, repository: Repository) -> Iterator[tuple[str, float]]:
    """The share of the positive class in the rows, where Git has them as CSV."""
    path, target = spec.data.path, spec.data.targets[0]
    text = repository.text(path) if isinstance(path, str) and path.endswith(".csv") else None
    rows = csv.DictReader((text or "").splitlines())
    try:
        values = [row.get(target) or "" for row in islice(rows, _MOST_ROWS)]
    except csv.Error:
        return
    positive = {str(positive_class(spec)).lower(), *(("true", "1.0") if positive_class(spec) in (1, True) else ())}
    count = sum(value.strip().lower() in positive for value in values)
    if 0 < count < _RARE * len(values):
        yield path if isinstance(path, str) else "", count / len(values)


def _in_words(spec: Spec, repository: Repository) -> Iterator[tuple[str, float]]:
    """The share that a page names in a sentence on the target."""
    for path, words in sentences(repository):
        low = words.lower()
        about = (
            any(speaks_of(spec.data.targets[0], word) for word in regex(r"[a-z]+").findall(low)) or "positive" in low
        )
        if not about or _OTHER.search(low):
            continue
        shares = [float(each.replace(",", ".")) / 100 for each in _PERCENT.findall(low)]
        shares += [1 / max(int(each.replace(",", "")), 1) for each in _OF.findall(low)]
        yield from ((path, share) for share in shares if 0 < share < _RARE)
