"""Scripts run in a shell that stops at a failure.

Where `shell` is not said, GitHub runs `bash -e` without `pipefail`, and another shell on another system. `shell:
bash` is `bash -eo pipefail` everywhere.

Bad:

    defaults: {run: {shell: sh}}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run

Good:

    defaults: {run: {shell: bash}}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: `mlops-spec lint --fix` writes `bash` where another shell stands, else `defaults: {run: {shell: bash}}` at the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.workflow.release import decides
from mlops_spec.platforms.github.workflow.shell_state import started
from mlops_spec.platforms.github.workflow.typed import mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS537"
NAME = "loose-shell"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            by_job = _shell(job.data)
            shell = text(step.data.get("shell")) or by_job or _shell(workflow.data)
            if step.run and shell != "bash" and any(decides(command) for command in step.commands if not command.spot):
                place = next((each for each in _shell_places(job, step) if each in workflow.document.nodes), None)
                message = f"`{shell}` goes on after a failure" + (" in a pipe" if started(shell).errexit else "")
                if not shell:
                    message = "a failure in a pipe goes by"
                hint = "write `defaults: {run: {shell: bash}}`"
                anew = Change(("defaults",), "{run: {shell: bash}}", before="jobs")
                fix = () if "defaults" in workflow.data and not place else (Change(place, "bash") if place else anew,)
                yield Finding(place or ("jobs",), message, hint, at_key=not place, fix=fix)
                return


def _shell(data: object) -> str:
    return text(mapping(mapping(mapping(data).get("defaults")).get("run")).get("shell"))


def _shell_places(job: Job, step: Step) -> Iterator[Address]:
    yield (*step.address, "shell")
    yield (*job.address, "defaults", "run", "shell")
    yield ("defaults", "run", "shell")
