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

from functools import partial
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.workflow.expression import on_main
from mlops_spec.workflow.flow import holds, verbs
from mlops_spec.workflow.release import RELEASING
from mlops_spec.workflow.shape import mapping, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Address, Severity
    from mlops_spec.workflow import Delivery, Workflow

CODE = "MS530"
NAME = "stray-release"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    jobs = [job for job in workflow.jobs.values() if verbs(delivery, workflow, job) & set(RELEASING)]
    if not jobs or all(holds(workflow, job, partial(on_main, main=delivery.main)) for job in jobs):
        return
    for event, settings in workflow.triggers.items():
        if event == "push" and (wrong := _not_main(settings, delivery.main)) is not None:
            branches = ("on", "push", "branches")
            place = branches if "branches" in mapping(settings) else workflow.trigger_address("push")
            message, hint = f"what is not on {delivery.main} is released too", f"write `branches: [{delivery.main}]`"
            yield Finding((*place, *wrong), message, hint, at_key=True)
        elif event not in ("push", "workflow_call", "schedule"):
            message = f"`{event}` releases what is not on {delivery.main}"
            hint = f"remove it, or let the job ask for `github.ref == 'refs/heads/{delivery.main}'`"
            yield Finding(workflow.trigger_address(event), message, hint, at_key=True)


def _not_main(settings: object, main: str) -> Address | None:
    """Where, below the branches, other branches than `main` stand."""
    given = mapping(settings)
    if "tags" in given or "branches-ignore" in given:
        return ()
    branches = names(given.get("branches"))
    strays = [number for number, branch in enumerate(branches) if branch != main]
    if not branches:
        return ()
    return (strays[0],) if strays else None
