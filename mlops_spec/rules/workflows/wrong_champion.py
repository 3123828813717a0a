"""A candidate is compared with what is live.

`latest` is what was registered last, be it live or refused, and after its own registration it is the candidate: each
bad model lowers the bar for the next.

Bad:

    jobs:
      train:
        steps:
          - id: champion
            run: uv run --no-sync python -m credit.registry show --alias latest
          - run: uv run --no-sync python -m credit.compare --candidate build/model --champion "${CHAMPION}"

Good:

    jobs:
      train:
        steps:
          - id: champion
            run: uv run --no-sync python -m credit.registry show --alias production
          - run: uv run --no-sync python -m credit.compare --candidate build/model --champion "${CHAMPION}"

Fix: ask for the version that the environment serves, before the candidate is registered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import judges, releases
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Step, Workflow

CODE = "MS569"
NAME = "wrong-champion"
SEVERITY: Severity = "error"

_LATEST = regex(r"(^|[:/@=])latest(?:[_-]version)?$", re.IGNORECASE)
_CHAMPION = regex(r"champion|live|baseline|incumbent|production|\bprod\b|deployed|previous", re.IGNORECASE)
_LOOKS = frozenset(("registry", "models", "model", "mlflow", "show", "get", "resolve"))


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        compares = [each for each in job.commands if judges(each) and _CHAMPION.search(" ".join(each.words))]
        registered = ""
        for step in job.steps if compares else ():
            for command in step.commands:
                if _asks_latest(command, step):
                    message = "`latest` is what was registered last, whether it is live or was refused"
                    yield at_command(step, command, message, "ask for the version that is live")
                elif registered and _compares_with_alias(command):
                    message = f"the candidate is registered before it is compared, by {registered}"
                    yield at_command(step, command, message, "compare first, then register")
                if releases(command):
                    registered = called(command)


def _asks_latest(command: Command, step: Step) -> bool:
    told = {part for word in command.words for part in re.split(r"[./_\s-]", word)}
    asks = judges(command) or (told & _LOOKS and _CHAMPION.search(f"{step.data.get('id')} {step.data.get('name')}"))
    return bool(asks) and any(_LATEST.search(word) for word in command.words)


def _compares_with_alias(command: Command) -> bool:
    given = command.option("--champion") or command.option("--baseline") or ""
    return judges(command) and bool(given) and "$" not in given and "/" not in given
