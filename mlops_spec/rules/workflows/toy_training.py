"""What is released has learned from all rows.

An option for trials and pull requests, such as `--fast` or `--sample 1000`, that came along into the release makes a
model of few rows. Its gate may be passed all the same, and nobody sees why it is worse. And the forty rows that tests
are tried with say nothing of a model.

Bad:

    on: {push: {branches: [main]}}
    jobs:
      release:
        timeout-minutes: 30
        environment: production
        steps:
          - run: uv run --no-sync python -m credit.train --rows data/rows.parquet --sample 1000
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.76
          - run: uv run --no-sync python -m credit.deploy --model build/model

Good:

    on: {push: {branches: [main]}}
    jobs:
      release:
        timeout-minutes: 30
        environment: production
        steps:
          - run: uv run --no-sync python -m credit.train --rows data/rows.parquet
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.76
          - run: uv run --no-sync python -m credit.deploy --model build/model

Fix: leave the option out where a release comes of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.flow import events, jobs_before
from mlops_spec.platforms.github.workflow.options import options
from mlops_spec.platforms.github.workflow.release import PULL_REQUEST
from mlops_spec.platforms.github.workflow.roles import evaluates, job_releases, judges, trains
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS660"
NAME = "toy-training"
SEVERITY: Severity = "error"

_FLAGS = regex(r"(fast|quick|toy|tiny|smoke|smoke-test|sample|subset|fast-dev-run|dev-run|test-run|small)")
_COUNTS = regex(
    r"(sample|subset|sample-(size|frac|fraction|rows)|limit|limit-(rows|train-batches|data)|max-(rows|samples|train-samples)"
    r"|n-?rows|num-samples|row-limit|head|first)"
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if events(delivery, workflow) & PULL_REQUEST:
        return
    for job in workflow.jobs.values():
        trained = [(step, each) for step in job.steps for each in step.commands if trains(each) and not each.verb]
        for step in job.steps:
            for command in step.commands:
                if (file := _fixture(command)) and _is_released(workflow, delivery, job):
                    message = f"`{file}` is there to try the code with, and a model is judged by it"
                    yield at_command(step, command, message, "name the rows that were set aside")
        option = _toy_option(trained[-1][1]) if trained else ""
        if option and _is_released(workflow, delivery, job):
            message = f"`{option}` makes a model of a few rows, and that is what is released"
            yield at_command(*trained[-1], message, "leave it out where a release comes of it")


_FIXTURE = regex(
    r"(^|/)(tests?/)?(fixtures?|samples?|examples?|toy|tiny|dummy|mocks?)(/|[_.-]).*\.(csv|parquet|jsonl?|arrow|feather)$"
)


def _fixture(command: Command) -> str:
    """The file of a few rows that a program evaluates or judges a model by; empty where it is none."""
    if command.verb or not (evaluates(command) or judges(command)):
        return ""
    return next((value for _, value in options(command.words) if _FIXTURE.search(value)), "")


def _toy_option(command: Command) -> str:
    for name, value in options(command.words):
        if _COUNTS.fullmatch(name) and re.fullmatch(r"[\d_.]+", value) and value not in ("0", "1.0", "1."):
            return f"--{name} {value}"
        if _FLAGS.fullmatch(name) and not value and f"--{name}=" not in " ".join(command.words):
            return f"--{name}"
    return ""


def _is_released(workflow: Workflow, delivery: Delivery, job: Job) -> bool:
    behind = [each for each in workflow.jobs.values() if (workflow, job) in jobs_before(delivery, workflow, each)]
    return any(job_releases(each) for each in (job, *behind))
