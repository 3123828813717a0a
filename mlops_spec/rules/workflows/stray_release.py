"""Only what is merged to main is released.

Main is the branch that reviews and required checks protect. A push to another branch, a tag, a schedule with other
code or a run by hand releases what has seen none of them.

Bad:

    on: {push: {branches: [main, "release/**"], paths-ignore: [deploy/**]}}
    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Good:

    on: {push: {branches: [main], paths-ignore: [deploy/**]}}
    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Fix: let the workflow start by `push` to `branches: [main]` alone (or the `branch` of `model.yaml`); for a run by hand
ask for `github.ref == 'refs/heads/main'` in each job's condition.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.expression import on_main
from mlops_spec.platforms.github.workflow.flow import holds, verbs
from mlops_spec.platforms.github.workflow.release import RELEASING
from mlops_spec.platforms.github.workflow.roles import job_releases, judging
from mlops_spec.platforms.github.workflow.typed import mapping, names, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS530"
NAME = "stray-release"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    jobs = [job for job in workflow.jobs.values() if verbs(delivery, workflow, job) & set(RELEASING)]
    if not jobs:
        yield from _releases_by_others(workflow, delivery.main)
        return
    if all(holds(workflow, job, partial(on_main, main=delivery.main)) for job in jobs):
        return
    for event, settings in workflow.triggers.items():
        if event == "push" and (wrong := _other_branches(settings, delivery.main)) is not None:
            branches = ("on", "push", "branches")
            place = branches if "branches" in mapping(settings) else workflow.trigger_address("push")
            message, hint = f"what is not on {delivery.main} is released too", f"write `branches: [{delivery.main}]`"
            yield Finding((*place, *wrong), message, hint, at_key=True)
        elif event not in ("push", "workflow_call", "schedule"):
            message = f"`{event}` releases what is not on {delivery.main}"
            hint = f"remove it, or let the job ask for `github.ref == 'refs/heads/{delivery.main}'`"
            yield Finding(workflow.trigger_address(event), message, hint, at_key=True)


def _releases_by_others(workflow: Workflow, main: str) -> Iterator[Finding]:
    jobs = [
        job
        for job in workflow.jobs.values()
        if job_releases(job) and not _PREVIEW.search(f"{environment(job)} {job.name}")
    ]
    jobs = [job for job in jobs if not holds(workflow, job, _asks_for_ref)]
    scripts = "\n".join(step.run for job in workflow.jobs.values() for step in job.steps)
    if not jobs or re.search(r"--is-ancestor|branch\b.*--contains|merge-base", scripts):
        return
    settings = workflow.triggers.get("push")
    if "push" in workflow.triggers and not mapping(settings).get("branches") and not mapping(settings).get("tags"):
        message, hint = f"what is not on {main} is released too", f"write `branches: [{main}]`"
        yield Finding(workflow.trigger_address("push"), message, hint, at_key=True)
    for number, branch in enumerate(names(mapping(settings).get("branches"))):
        if branch != main and re.search(r"^\*|feature|^dev|wip|exp", branch):
            message, hint = f"what is not on {main} is released too", f"write `branches: [{main}]`"
            yield Finding(("on", "push", "branches", number), message, hint)
    if mapping(settings).get("tags") and not any(judging(step) for job in workflow.jobs.values() for step in job.steps):
        message = "a tag can stand on any commit, also on one that nobody has merged"
        yield Finding(
            ("on", "push", "tags"),
            message,
            f"ask first: `git merge-base --is-ancestor HEAD origin/{main}`",
            at_key=True,
        )
    if "workflow_dispatch" in workflow.triggers and not any(map(environment, jobs)) and not _check_out_main(jobs, main):
        message = f"this can be started from any branch, and releases what is not on {main}"
        hint = f"let the job ask for `github.ref == 'refs/heads/{main}'`"
        yield Finding(workflow.trigger_address("workflow_dispatch"), message, hint, at_key=True)


_PREVIEW = regex(r"preview|review|staging|dev|sandbox|test|\bpr\b", re.IGNORECASE)


def _asks_for_ref(condition: str) -> bool:
    return bool(re.search(r"github\.(ref|ref_name|ref_type|base_ref|event_name|event\.workflow_run)", condition))


def _check_out_main(jobs: Sequence[Job], main: str) -> bool:
    refs = [
        [text(step.inputs.get("ref")) for step in job.steps if step.uses_action("actions/checkout")] for job in jobs
    ]
    return all(each and {*each} <= {main, f"refs/heads/{main}"} for each in refs)


def _other_branches(settings: object, main: str) -> Address | None:
    given = mapping(settings)
    if "tags" in given or "branches-ignore" in given:
        return ()
    branches = names(given.get("branches"))
    strays = [number for number, branch in enumerate(branches) if branch != main]
    if not branches:
        return ()
    return (strays[0],) if strays else None
