"""A model is trained once, and judged once.

Of twenty seeds one passes by luck. Training again until the gate says yes fits the test, and what passes falls back as
soon as it is live.

Bad:

    jobs:
      train:
        steps:
          - run: |
              for seed in $(seq 1 20); do
                uv run --no-sync python -m credit.train --seed "${seed}"
                uv run --no-sync python -m credit.gate --min-roc-auc 0.78 && exit 0
              done
              exit 1

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.train --seed 7
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.78

Fix: train with one seed; choose among candidates on validation rows, and judge the chosen one on the test rows, once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.command import commands
from mlops_spec.platforms.github.workflow.roles import judges, trains
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS568"
NAME = "drawn-seed"
SEVERITY: Severity = "error"

_LOOP = regex(r"^[ \t]*(for|while|until)\b.*?^[ \t]*done\b", re.DOTALL | re.MULTILINE)
_LEFT = regex(
    r"&&\s*\{?\s*(exit 0|break)|;?\s*then\s+(?:[^\n]*\n?\s*)?(?:break|exit 0)|^[ \t]*until\b|^[ \t]*while\s+!",
    re.MULTILINE,
)
_RETRIES = ("nick-fields/retry", "nick-invision/retry", "wandalen/wretry.action")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            for found in _LOOP.finditer(step.run):
                if _LEFT.search(found[0]) and _trains_and_judges(found[0]):
                    yield Finding(step.place, _SAID, _HINT, piece=found[0].splitlines()[0])
            if step.uses_action(*_RETRIES) and _trains_and_judges(text(step.inputs.get("command"))):
                yield Finding((*step.address, "uses"), _SAID, _HINT)


def _trains_and_judges(script: str) -> bool:
    inside = commands(re.sub(r"^\s*(for|while|until)\b[^\n;]*;?\s*do\b|done\s*$", "", script.strip())) or ()
    every = [*inside, *commands(script)]
    return any(trains(each) for each in every) and any(judges(each) for each in every)


_SAID = "this trains and judges until one passes, which is luck"
_HINT = "train once, and judge once"
