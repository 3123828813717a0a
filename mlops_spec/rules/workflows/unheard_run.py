"""What a workflow waits for is there.

GitHub looks for the workflows of `workflow_run` by their `name`, and says nothing where none is called so: the
deployment never starts, and the old model stays. Jobs that need each other never start either.

Bad:

    on: {workflow_run: {workflows: [train the model], types: [completed]}}
    jobs:
      deploy:
        if: >-
          ${{ github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push'
          && github.event.workflow_run.head_branch == 'main' }}
        steps:
          - run: uv run --no-sync mlops-spec lint

Good:

    on: {workflow_run: {workflows: [train], types: [completed]}}
    jobs:
      deploy:
        if: >-
          ${{ github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push'
          && github.event.workflow_run.head_branch == 'main' }}
        steps:
          - run: uv run --no-sync mlops-spec lint
    # .github/workflows/train.yml
    name: train
    on: push

Fix: write the name that stands in the other workflow's file, and `types: [completed]`.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.files import FOLDER
from mlops_spec.platforms.github.workflow.typed import items, mapping, names, text
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS577"
NAME = "unheard-run"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if workflow.path.startswith(FOLDER):
        yield from _unknown(workflow, delivery)
    yield from _too_early(workflow)
    for job in workflow.jobs.values():
        if _waits_for_itself(workflow, job):
            message = "the jobs that this needs need it: GitHub refuses the whole workflow"
            yield Finding((*job.address, "needs"), message, "take one of them out", at_key=True)


def _unknown(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    waited = mapping(workflow.triggers.get("workflow_run")).get("workflows")
    for number, name in enumerate(names(waited)):
        if name not in delivery.names.values():
            listed = ("on", "workflow_run", "workflows")
            place: Address = (*listed, number) if items(waited) else listed
            message = f"no workflow is called `{name}`, so this never starts"
            yield Finding(place, message, _rather(name, delivery.names.values()))
    files = {PurePosixPath(path).name for path in delivery.names}
    for _, step, command in workflow.commands():
        if command.starts("gh", "workflow", "run") and not {"-R", "--repo"} & {*command.words}:
            started = next((word for word in command.words[3:4] if "$" not in word), "")
            if started and not started.isdigit() and started not in {*files, *delivery.names.values()}:
                yield at_command(step, command, f"there is no workflow `{started}`", _rather(started, files))


def _too_early(workflow: Workflow) -> Iterator[Finding]:
    settings = mapping(workflow.triggers.get("workflow_run"))
    if (types := names(settings.get("types"))) and "completed" not in types:
        message = "this starts before the run that it waits for has ended"
        yield Finding(("on", "workflow_run", "types"), message, "write `types: [completed]`")


def _waits_for_itself(workflow: Workflow, job: Job) -> bool:
    waiting, seen = [*job.needs], set[str]()
    while waiting:
        name = waiting.pop()
        if name == job.name:
            return True
        if name in workflow.jobs and name not in seen:
            seen.add(name)
            waiting += workflow.jobs[name].needs
    return False


def _rather(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, known, 1, 0.4) or sorted(known)[:1]
    return f"write `{text(close[0])}`" if close else "write the name of one that is there"
