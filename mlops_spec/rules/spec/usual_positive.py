"""The positive value is the one that is looked for.

Recall, precision and the area under the precision-recall curve are of the positive class. Where that is `no`, `0` or
`normal`, they tell how well the usual case is found, which a model that knows nothing does too.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      positive: 0
    gates:
      - metric: average_precision
        min: 0.8

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      positive: 1
    gates:
      - metric: average_precision
        min: 0.8

Fix: name the value that somebody acts on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS222"
NAME = "usual-positive"
SEVERITY: Severity = "warning"


_OF_POSITIVES = ("recall", "precision", "f1", "average_precision")
_NO = ("0", "false", "no", "n")
_GOOD = (
    "good paid repaid stay stayed retained negative normal none ok healthy legit genuine benign active passed accepted"
    " success successful current settled survived alive on_time"
).split()
_TERM = regex(r"_(within_|in_|after_)?\d+\w*$")
_DENIED = regex(r"\b(not|no|non|un|never|without)[ _-]")


def _is_usual_case(value: str) -> bool:
    said = _DENIED.search(value) is None
    return value in (*_NO, *_GOOD) or (
        said and re.split(r"[\W_]+", _TERM.sub("", value))[-1] in ("no", "false", *_GOOD)
    )


def check(spec: Spec) -> Iterator[Finding]:
    positive = spec.data.positive
    judged = [gate.measure for gate in spec.gates if gate.measure is not None]
    judged += [each for each in spec.evaluate.metrics if isinstance(each, str)]
    of_positives = [metric for metric in judged if metric in _OF_POSITIVES]
    value = str(positive).lower()
    target = "".join(spec.data.targets[:1]).lower()
    denied = value in _NO and _is_usual_case(target)  # `repaid: false` is the case that somebody acts on
    if positive is not None and _is_usual_case(value) and of_positives and not denied:
        message = f"`{of_positives[0]}` then tells how well `{value}` is found, the usual case"
        yield Finding(("data", "positive"), message, "name the value that somebody acts on")
