"""Nobody chooses the rows that a model is judged on.

The split says once which rows are set aside. Where whoever starts a run names the file, the bound means nothing: on
some rows every model is good.

Bad:

    on: {workflow_dispatch: {inputs: {rows: {required: true, type: string}}}}
    concurrency: {group: release, cancel-in-progress: false}
    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.evaluate --rows "${ROWS}" --out build/metrics.json
            env: {ROWS: "${{ inputs.rows }}"}
          - run: uv run --no-sync python -m credit.gate --metrics build/metrics.json --min-auc 0.8
          - run: uv run --no-sync python -m credit.deploy --model build/model

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: release, cancel-in-progress: false}
    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.evaluate --rows build/data/test.parquet --out build/metrics.json
          - run: uv run --no-sync python -m credit.gate --metrics build/metrics.json --min-auc 0.8
          - run: uv run --no-sync python -m credit.deploy --model build/model

Fix: write the file of the split, and let another workflow, which releases nothing, look at other rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.options import options, spelled_out
from mlops_spec.platforms.github.workflow.roles import evaluates, judges
from mlops_spec.platforms.github.workflow.shipping import leads_to_release
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS691"
NAME = "chosen-rows"
SEVERITY: Severity = "error"

_ROWS = regex(
    r"(test-?|eval-?|holdout-?|validation-?)?(rows|data|dataset|data-?set|set|file|path|split|input|holdout|test|eval)(-?(path|file|dir|uri))?"
)
_INPUT = regex(r"\$\{\{\s*(?:github\.event\.)?inputs\.([\w-]+)\s*(?P<default>\|\|[^}]*)?\}\}")


def check(workflow: Workflow) -> Iterator[Finding]:
    asked = mapping(mapping(workflow.triggers.get("workflow_dispatch")).get("inputs"))
    for job in workflow.jobs.values() if asked else ():
        for step in job.steps if leads_to_release(workflow, job) else ():
            for command in step.commands:
                if name := _chosen(workflow, job, step, command):
                    free = "options" not in mapping(asked.get(name))
                    message = f"whoever starts this chooses by `{name}` which rows the model is judged on"
                    if free and name in asked:
                        yield at_command(step, command, message, "write the file of the split")


def _chosen(workflow: Workflow, job: Job, step: Step, command: Command) -> str:
    if command.verb or not (evaluates(command) or judges(command)):
        return ""
    for name, value in options(command.words):
        found = _INPUT.search(spelled_out(workflow, job, step, value))
        if found and _ROWS.fullmatch(name):
            return text(found[1])
    return ""
