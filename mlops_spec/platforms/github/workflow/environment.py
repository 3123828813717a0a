"""The environment that a command means, as far as the file says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    import re

    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

_VARIABLE = regex(r"\$\{?(\w+)\}?")


def said(workflow: Workflow, job: Job, step: Step, word: str) -> str:
    """A word of a command with its variables as `env` sets them; empty where it is not known before the run."""

    def value(found: re.Match[str]) -> str:
        return next((text(each[found[1]]) for each in _environments(workflow, job, step) if found[1] in each), "${{")

    whole = _VARIABLE.sub(value, word) if "${{" not in word else word
    return "" if "${{" in whole else whole


def target(workflow: Workflow, job: Job, step: Step, command: Command) -> str:
    """The environment that `promote ask`, `plan`, `open` or `close` names; empty where it is not known."""
    return said(workflow, job, step, command.argument())


def environment(job: Job) -> str:
    """The environment that a job runs in, as it is written."""
    written = job.data.get("environment")
    return text(mapping(written).get("name")) if isinstance(written, dict) else text(written)


def _environments(workflow: Workflow, job: Job, step: Step) -> list[Any]:
    return [mapping(each.get("env")) for each in (step.data, job.data, workflow.data)]
