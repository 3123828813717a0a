"""Nothing is bundled or registered that no gate has passed.

The gate is the one step that compares the model with what it must prove. A path from a trigger to the registry around
it releases whatever was trained.

Bad:

    jobs:
      release:
        steps:
          - run: uv run --no-sync mlops-spec run --push
          - run: uv run --no-sync mlops-spec bundle --out dist

Good:

    jobs:
      release:
        steps:
          - run: uv run --no-sync mlops-spec run --push
          - run: uv run --no-sync mlops-spec gate --out build/gate.json
          - run: uv run --no-sync mlops-spec bundle --out dist

Fix: run `mlops-spec gate` in a step before, behind the `run` that trains, or let the job need the one that does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.platforms.github.workflow.flow import commands_before, steps_before
from mlops_spec.platforms.github.workflow.opaque import unseen
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS505"
NAME = "ungated-release"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job, step, command in workflow.commands("bundle", "register"):
        before = list(commands_before(delivery, workflow, job, step, command))
        gated = any(earlier.verb == "gate" for earlier in before)
        if not gated or _is_unjudged(job, step, command):
            message = f"`{command.verb}` is reached without `gate`" + (" behind the last `run`" if gated else "")
            hint = "run `mlops-spec gate` in a step before it, or in a job that this one needs"
            if hidden := dict.fromkeys(unseen(steps_before(delivery, workflow, job, step))):
                hint += f"; what {listed(hidden)} runs can't be seen from here"
            yield at_command(step, command, message, hint)


def _is_unjudged(job: Job, step: Step, command: Command) -> bool:
    steps = job.steps[: job.steps.index(step)]
    before = [each for earlier in steps for each in earlier.commands]
    before += step.commands[: step.commands.index(command)]
    verbs = [each.verb for each in before if each.verb in ("run", "gate")]
    return verbs[-1:] == ["run"]
