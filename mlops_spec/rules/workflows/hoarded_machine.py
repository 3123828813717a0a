"""A machine that is rented is given back whatever happens.

A step or a job runs only where all before it has succeeded. A training that fails leaves the machine with its cards
running, and nobody looks at it until the bill comes.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        steps:
          - run: aws ec2 start-instances --instance-ids i-0a1b2c3d4e5f
          - run: uv run --no-sync python -m credit.fit_there
          - run: aws ec2 stop-instances --instance-ids i-0a1b2c3d4e5f

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        steps:
          - run: aws ec2 start-instances --instance-ids i-0a1b2c3d4e5f
          - run: uv run --no-sync python -m credit.fit_there
          - if: ${{ always() }}
            run: aws ec2 stop-instances --instance-ids i-0a1b2c3d4e5f

Fix: write `if: always()` at what gives it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import despite_failure
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Step, Workflow

CODE = "MS675"
NAME = "hoarded-machine"
SEVERITY: Severity = "error"

_RENTS = regex(
    r"\baws ec2 (run|start)-instances\b|\bgcloud compute instances (create|start)\b|\baz vm (create|start)\b"
)
_GIVES_BACK = regex(
    r"\baws ec2 (terminate|stop)-instances\b|\bgcloud compute instances (delete|stop)\b|\baz vm (delete|deallocate)\b"
)
_BY_ITSELF = regex(r"shutdown-behavior|max-run-duration|auto-shutdown|\btrap\b")


def check(workflow: Workflow) -> Iterator[Finding]:
    rents = {job.name for job in workflow.jobs.values() for step in job.steps if _does(step, "start", _RENTS)}
    whole = "\n".join(step.run for job in workflow.jobs.values() for step in job.steps)
    for job in workflow.jobs.values() if rents and not _BY_ITSELF.search(whole) else ():
        for number, step in enumerate(job.steps):
            if not _does(step, "stop", _GIVES_BACK):
                continue
            begun = next((place for place, each in enumerate(job.steps) if _does(each, "start", _RENTS)), None)
            between = [*job.steps[begun + 1 : number]] if begun is not None and begun < number else []
            elsewhere = begun is None and rents & {*job.needs} and {*job.needs} - rents
            if between and not despite_failure(step.condition):
                yield _kept((*step.address, "if") if step.condition else step.place)
            elif elsewhere and not job.despite:
                yield _kept((*job.address, "if") if job.condition else job.address)


def _does(step: Step, mode: str, commands: re.Pattern[str]) -> bool:
    runs = step.uses_action("machulav/ec2-github-runner") and text(step.inputs.get("mode")) == mode
    return runs or bool(commands.search(step.run))


def _kept(place: Address) -> Finding:
    message = "after a failure this does not run, and the machine stays"
    return Finding(place, message, "write `if: always()`", at_key=True)
