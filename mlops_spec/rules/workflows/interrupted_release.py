"""Nothing interrupts a release, and no two run at once.

A release that a newer one cancels between its tag and its ledger entry, or in the middle of a canary, leaves a state
that nobody has asked for.

Bad:

    concurrency: {group: release, cancel-in-progress: true}
    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Good:

    concurrency: {group: release, cancel-in-progress: false, queue: max}
    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Fix: give the workflow `concurrency` with a fixed `group`, `queue: max` and `cancel-in-progress: false`, which
`mlops-spec lint --fix` writes in place of `true`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.flow import releases
from mlops_spec.platforms.github.workflow.release import PULL_REQUEST, RELEASING
from mlops_spec.platforms.github.workflow.roles import job_releases
from mlops_spec.platforms.github.workflow.typed import mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS528"
NAME = "interrupted-release"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if not releases(delivery, workflow):
        yield from _releases_by_others(workflow)
        yield from _cancels_another(workflow, delivery)
        return
    given = workflow.data.get("concurrency")
    if not given and set(workflow.triggers) != {"workflow_call"} and not _each_by_itself(workflow):
        hint = "add `concurrency: {group: mlops-release, cancel-in-progress: false, queue: max}`"
        yield Finding(("jobs",), "two runs of this may release at once", hint, at_key=True)
    for address, one in ((("concurrency",), given), *_of_jobs(workflow)):
        if text(mapping(one).get("cancel-in-progress")) not in ("", "false"):
            message = "a newer run stops a release half-way"
            place = (*address, "cancel-in-progress")
            yield Finding(place, message, "write `cancel-in-progress: false`", fix=(Change(place, "false"),))
        group = text(mapping(one).get("group")) if isinstance(one, dict) else text(one)
        if any(each in group for each in ("github.run_id", "github.sha", "github.run_number")):
            message = "each run is a group of its own, so two may release at once"
            yield Finding((*address, "group"), message, "write a fixed name")


def _each_by_itself(workflow: Workflow) -> bool:
    """Whether every job that releases waits for those of its own kind."""
    releasing = [job for job in workflow.jobs.values() if job.runs(*RELEASING, "promote open")]
    return bool(releasing) and all(job.data.get("concurrency") for job in releasing)


def _releases_by_others(workflow: Workflow) -> Iterator[Finding]:
    jobs = [job for job in workflow.jobs.values() if job_releases(job)]
    if not jobs or set(workflow.triggers) <= PULL_REQUEST:
        return
    if not any(
        data.get("concurrency") for data in (workflow.data, *(job.data for job in jobs))
    ) and _deploys_automatically(workflow, jobs):
        hint = "add `concurrency: {group: deploy, cancel-in-progress: false}`"
        yield Finding(("jobs",), "two runs of this may release at once", hint, at_key=True)
    owners: list[tuple[Address, Mapping[str, Any]]] = [((), workflow.data), *((job.address, job.data) for job in jobs)]
    for address, data in owners:
        if mapping(data.get("concurrency")).get("cancel-in-progress") is True:
            place = (*address, "concurrency", "cancel-in-progress")
            fix = (Change(place, "false"),)
            yield Finding(place, "a newer run stops a release half-way", "write `cancel-in-progress: false`", fix=fix)
        if re.search(r"github\.(run_id|sha|run_number|run_attempt)", _group(data.get("concurrency"))):
            message = "each run is a group of its own, so two may release at once"
            yield Finding((*address, "concurrency"), message, "write a fixed name", at_key=True)


def _cancels_another(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    """A queue that two workflows share, in which the runs of one end those of the other, which releases."""
    if any(map(job_releases, workflow.jobs.values())):
        return
    for address, given in ((("concurrency",), workflow.data.get("concurrency")), *_of_jobs(workflow)):
        group = _group(given)
        cancels = text(mapping(given).get("cancel-in-progress")) not in ("", "false")
        for other in delivery.workflows.values() if cancels and "github.workflow" not in group else ():
            if other.path != workflow.path and group in _releasing_groups(other) and _meet(group, workflow, other):
                file = other.path.rpartition("/")[2]
                message = f"`{file}` releases in the same group, and a run of this stops it half-way"
                yield Finding((*address, "group"), message, "write `${{ github.workflow }}` into the name")


def _releasing_groups(workflow: Workflow) -> set[str]:
    """The groups in which a workflow waits while it releases."""
    jobs = [job.data for job in workflow.jobs.values() if job_releases(job)]
    return {_group(each.get("concurrency")) for each in (workflow.data, *jobs)} if jobs else set()


def _meet(group: str, one: Workflow, other: Workflow) -> bool:
    """Whether two workflows with one text for a group may be in one: of a pull request each name is another's."""
    of_requests = [set(each.triggers) <= PULL_REQUEST for each in (one, other)]
    return not re.search(r"github\.(ref|head_ref|event\.pull_request)\b", group) or of_requests[0] == of_requests[1]


def _group(given: object) -> str:
    return text(mapping(given).get("group")) if isinstance(given, dict) else text(given)


def _deploys_automatically(workflow: Workflow, jobs: Sequence[Job]) -> bool:
    live = any(environment(job) or re.search(r"kubectl|helm|deploy|rollout", str(job.data)) for job in jobs)
    return live and bool({"push", "schedule", "workflow_run", "workflow_dispatch", "release"} & {*workflow.triggers})


def _of_jobs(workflow: Workflow) -> Iterator[tuple[Address, object]]:
    for job in workflow.jobs.values():
        yield (*job.address, "concurrency"), job.data.get("concurrency")
