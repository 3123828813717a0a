"""An expression names what is there.

GitHub refuses a whole workflow for a context that it does not know, for a job that none is called, and for a secret in
a condition. An output that no job sets, or of a job that is not in `needs`, is an empty text: the step that gets it
fails far from here, or does something else than is written.

Bad:

    jobs:
      register:
        needs: train
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"
            env:
              DIGEST: ${{ needs.train.outputs.sha }}

Good:

    jobs:
      register:
        needs: train
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"
            env:
              DIGEST: ${{ needs.train.outputs.digest }}

Fix: write the name of what is meant, or add the job to `needs`, the `id` to the step, the output to the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.references import available, named
from mlops_spec.platforms.github.workflow.typed import mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow
    from mlops_spec.platforms.github.workflow.references import Named

CODE = "MS557"
NAME = "dangling-name"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for name in job.needs:
            if name not in workflow.jobs:
                message = f"there is no job `{name}`: GitHub refuses the whole workflow"
                yield Finding((*job.address, "needs"), message, _rather(workflow.jobs))
    for each in named(workflow):
        message, hint = _dangling(each, workflow, delivery)
        if message:
            yield Finding(each.address, message, hint, piece=each.piece)


def _dangling(each: Named, workflow: Workflow, delivery: Delivery) -> tuple[str, str]:
    context = each.context.lower()
    if context == "secrets" and each.address[-1] == "if":
        return "a condition can't read secrets: GitHub refuses the whole workflow", "give it to a step's `env`"
    if context not in available(each.address):
        said = f"GitHub knows no `{each.context}` here, and refuses the whole workflow"
        return said, _rather(available(each.address))
    job = workflow.jobs.get(str(each.address[1])) if each.address[:1] == ("jobs",) else None
    if context == "needs" and job:
        return _needed(each, job, workflow, delivery)
    if context == "steps" and job and not job.calls:
        return _named_step(each, job)
    if context == "jobs" and job is None:
        return _output(each, workflow, delivery)
    return "", ""


def _needed(each: Named, job: Job, workflow: Workflow, delivery: Delivery) -> tuple[str, str]:
    name = each.path[0]
    if name != "*" and name not in job.needs:
        return f"`{job.name}` does not need `{name}`: this is always empty", f"add `{name}` to its `needs`"
    return _output(each, workflow, delivery) if name in workflow.jobs else ("", "")


def _output(each: Named, workflow: Workflow, delivery: Delivery) -> tuple[str, str]:
    name, *path = each.path
    target = workflow.jobs.get(name)
    if target is None:
        return ("", "") if name == "*" else (f"there is no job `{name}`: this is always empty", _rather(workflow.jobs))
    there = _outputs(target, delivery)
    if there is None or len(path) != 2 or path[0] != "outputs" or path[1] in (*there, "*"):
        return "", ""
    return f"`{name}` has no output `{path[1]}`: this is always empty", _rather(there)


def _outputs(job: Job, delivery: Delivery) -> list[str] | None:
    """Those that a job has; None: what it calls can't be seen here."""
    if not job.calls:
        return list(mapping(job.data.get("outputs")))
    called = delivery.workflows.get(called_path(job.calls))
    return list(mapping(mapping(called.triggers.get("workflow_call")).get("outputs"))) if called else None


def _named_step(each: Named, job: Job) -> tuple[str, str]:
    in_step = each.address[2:3] == ("steps",)
    before = job.steps[: int(each.address[3])] if in_step else job.steps
    ids = [found for step in before if (found := text(step.data.get("id")))]
    if each.path[0] in (*ids, "*"):
        return "", ""
    where = "before this one" if in_step else f"of `{job.name}`"
    return f"no step {where} has the id `{each.path[0]}`: this is always empty", _rather(ids)


def _rather(names: Iterable[str]) -> str:
    found = list(names)
    return f"one of {', '.join(f'`{name}`' for name in sorted(found))}" if found else "there is none to name"
