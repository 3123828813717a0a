"""An artifact is that of a known run.

Without a run, the newest artifact of a name is taken, whoever has made it: another commit's, one whose gate said no,
that of a pull request.

Bad:

    jobs:
      judge:
        steps:
          - run: gh run download --repo "${GITHUB_REPOSITORY}" --name bundle --dir dist

Good:

    jobs:
      judge:
        steps:
          - run: gh run download "${RUN}" --repo "${GITHUB_REPOSITORY}" --name bundle --dir dist

Fix: name the run: `github.event.workflow_run.id`, or that of the run which has judged it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS564"
NAME = "foreign-artifact"
SEVERITY: Severity = "error"

_VALUED = frozenset(("-R", "--repo", "-n", "--name", "-D", "--dir", "-p", "--pattern"))
_OF_OTHERS = ("dawidd6/action-download-artifact",)
_HINT = "name the run that has judged it"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            if step.uses_action(*_OF_OTHERS) and not {"run_id", "commit", "run_number"} & set(step.inputs):
                yield Finding((*step.address, "uses"), "this takes the artifact of whichever run was last", _HINT)
            if name := _artifact_of_nobody(step, workflow, delivery):
                message = f"no job of this run uploads `{name}`"
                yield Finding((*step.address, "with", "name"), message, "write the name that is uploaded")
            for command in step.commands:
                if why := _whichever(command, job):
                    yield at_command(step, command, why, _HINT)


def _artifact_of_nobody(step: Step, workflow: Workflow, delivery: Delivery) -> str:
    name = text(step.inputs.get("name"))
    if not step.uses_action("actions/download-artifact") or "${{" in name or not name or "run-id" in step.inputs:
        return ""
    if (
        any(job.calls for each in delivery.workflows.values() for job in each.jobs.values())
        or "workflow_call" in workflow.triggers
    ):
        return ""
    uploads = [each for job in workflow.jobs.values() for each in job.steps if each.uses.lower().find("upload") >= 0]
    names = [text(each.inputs.get("name")) or "artifact" for each in uploads]
    unseen = (
        not uploads
        or any("${{" in each for each in names)
        or any(not each.uses.startswith("actions/") for each in uploads)
    )
    return "" if unseen or name in names else name


def _whichever(command: Command, job: Job) -> str:
    if command.starts("gh", "run", "download") and not _named_run(command.words[3:]):
        return "this takes the artifact of whichever run was last"
    if command.starts("gh", "run", "list") and any(each.starts("gh", "run", "download") for each in job.commands):
        given = {word.partition("=")[0] for word in command.words}
        if not given & {"--commit", "-c"} and not (given & {"--branch", "-b"} and given & {"--status", "-s"}):
            return "this finds a run of any branch, or one that failed"
    listed = command.starts("gh", "api") and any(re.search(r"/actions/artifacts\b(?!/)", w) for w in command.words)
    return "this lists the artifacts of all runs, those of pull requests too" if listed else ""


def _named_run(words: tuple[str, ...]) -> str:
    valued = False
    for word in words:
        if not word.startswith("-") and not valued:
            return word
        valued = word in _VALUED
    return ""
