"""A workflow starts when it is meant to.

`* 2 * * *` is each minute of an hour. A check of pull requests to a branch that is not the one which releases, or of
their opening alone, judges what nobody merges.

Bad:

    on: {schedule: [{cron: "* 2 * * *"}]}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec lint

Good:

    on: {schedule: [{cron: "20 2 * * *"}]}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec lint

Fix: give the minute; name the branch that the spec releases from; leave `types` out, or add `synchronize`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.workflow.roles import about_models, trains
from mlops_spec.workflow.shape import items, mapping, names, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Delivery, Workflow

CODE = "MS572"
NAME = "misfired-trigger"
SEVERITY: Severity = "error"

_OFTEN = 15  # minutes below which nothing is trained anew


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    trained = any(trains(each) for job in workflow.jobs.values() for each in job.commands)
    for number, each in enumerate(items(workflow.triggers.get("schedule"))):
        if why := _too_often(text(mapping(each).get("cron")), trained):
            yield Finding(("on", "schedule", number, "cron"), why, "give the minute, such as `20 2 * * *`")
    settings = mapping(workflow.triggers.get("pull_request"))
    if not any(about_models(job) for job in workflow.jobs.values()):
        return
    branches = names(settings.get("branches"))
    if delivery.spec and branches and not any(_matches(each, delivery.main) for each in branches):
        message = f"no pull request to `{delivery.main}` starts this, and that is what releases"
        yield Finding(("on", "pull_request", "branches"), message, f"name `{delivery.main}`")
    types = names(settings.get("types"))
    if "opened" in types and "synchronize" not in types:
        message = "what is pushed after the pull request was opened is not looked at"
        yield Finding(("on", "pull_request", "types"), message, "leave `types` out, or add `synchronize`")


def _too_often(cron: str, trained: bool) -> str:
    """Why a schedule starts more often than is meant; empty where it does not."""
    minute, *rest = cron.split() or [""]
    if minute == "*" and rest:
        return "this starts each minute" + ("" if rest[0] == "*" else " of those hours")
    every = re.fullmatch(r"(?:\*|0)/(\d+)", minute)
    return f"this trains every {every[1]} minutes" if trained and every and int(every[1]) < _OFTEN else ""


def _matches(pattern: str, branch: str) -> bool:
    parts = [
        {"**": ".*", "*": "[^/]*", "?": "."}.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*|\?)", pattern)
    ]
    return not pattern.startswith("!") and bool(re.fullmatch("".join(parts), branch))
