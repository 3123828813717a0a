"""What was downloaded is what the earlier job made.

Any job of a run can replace another's artifact. The digest comes as an output of the job that made it, which nobody
else can set; what is attested, registered or deployed is compared with it.

Bad:

    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist

Good:

    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"
            env:
              DIGEST: ${{ needs.train.outputs.digest }}

Fix: add `--digest` with the output of the job that made it; before actions/attest run `sha256sum --check`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.release import RELEASING, checks_digest
from mlops_spec.platforms.github.workflow.roles import job_releases
from mlops_spec.platforms.github.workflow.several import of_several
from mlops_spec.platforms.github.workflow.typed import mapping
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

CODE = "MS540"
NAME = "unchecked-digest"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job, step, command in workflow.commands(*RELEASING):
        if command.verb == "register" and of_several(job, step, command):
            continue  # it checks each bundle against the plan and its own seal
        if not command.option("--digest"):
            message = f"`{command.verb}` takes whatever bytes lie there"
            yield at_command(step, command, message, "add `--digest`, from an output of the job that made them")
    for job in workflow.jobs.values():
        checked = False
        for step in job.steps:
            checked |= any(map(checks_digest, step.commands))
            if step.uses_action("actions/attest") and not checked:
                message = "this attests whatever bytes lie there"
                hint = "run `sha256sum --check` with the digest from an output of the job that made them"
                yield Finding((*step.address, "uses"), message, hint)
        yield from _unread_digests(workflow, job)


def _released_by_others(job: Job) -> bool:
    return job_releases(job) and not any(command.verb for command in job.commands)


def _unread_digests(workflow: Workflow, job: Job) -> Iterator[Finding]:
    behind = [each for each in workflow.jobs.values() if job.name in each.needs and _released_by_others(each)]
    loads = any(step.uses_action("actions/download-artifact") for each in behind for step in each.steps)
    for name in mapping(job.data.get("outputs")) if loads else ():
        read = re.search(rf"(needs|jobs)\.{re.escape(job.name)}\.outputs\.{re.escape(name)}\b", workflow.document.text)
        if re.search(r"digest|sha|checksum|hash", name.lower()) and not read:
            message = f"nobody compares what is released with this `{name}`"
            place = (*job.address, "outputs", name)
            yield Finding(place, message, "run `sha256sum --check` with it behind the download", at_key=True)
