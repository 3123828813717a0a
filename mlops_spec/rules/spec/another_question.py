"""A model of texts is not asked another question, and held to the old answer.

`noise` gives a text of another row, `unseen_category` the text `(unseen)`. Of a category that is a slip, which other
features outweigh. Where a text is what was asked, the right answer to it is another one, so the gate measures how often
that happens, and punishes a model that reads its input.

Bad:

    task: generation
    data:
      path: data/rows.csv
      target: title
      id: id
      contract:
        columns:
          message: {type: string}
    gates:
      - metric: chrf
        min: 0.4
      - robustness: noise
        columns: [message]
        metric: chrf
        max_drop: 0.05

Good:

    task: generation
    data:
      path: data/rows.csv
      target: title
      id: id
      contract:
        columns:
          message: {type: string}
    gates:
      - metric: chrf
        min: 0.4
      - robustness: typos
        columns: [message]
        metric: chrf
        max_drop: 0.05

Fix: take `typos`, `case` or `whitespace`, which leave the question what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import is_feature
from mlops_spec.spec.gates.robustness import RobustnessGate
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS234"
NAME = "another-question"
SEVERITY: Severity = "warning"

_OTHER = {"noise": "gives it the text of another row", "unseen_category": "puts `(unseen)` in its place"}


def check(spec: Spec) -> Iterator[Finding]:
    if TASKS[spec.task].answer.holds != "text":
        return
    known = spec.data.contract.columns
    texts = [name for name, column in known.items() if column.type == "string" and is_feature(spec, name)]
    for index, gate in enumerate(spec.gates):
        if not isinstance(gate, RobustnessGate) or gate.robustness not in _OTHER:
            continue
        asked = next((name for name in texts if gate.columns == "all" or name in gate.columns), None)
        if asked is not None:
            message = f"`{gate.robustness}` changes what `{asked}` asks: it {_OTHER[gate.robustness]}"
            yield Finding(("gates", index, "robustness"), message, "take `typos`, `case` or `whitespace`")
