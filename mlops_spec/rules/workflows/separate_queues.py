"""What changes one service waits in one queue.

A concurrency group holds back only the runs that name it. Where two workflows deploy the same and each has a group of
its own, a hotfix and the release before it run at once, and the older may land last.

Bad:

    on: workflow_dispatch
    concurrency: {group: hotfix, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --version "${GITHUB_SHA}"
    # .github/workflows/deploy.yml
    on: workflow_dispatch
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --version "${GITHUB_SHA}"

Good:

    on: workflow_dispatch
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --version "${GITHUB_SHA}"
    # .github/workflows/deploy.yml
    on: workflow_dispatch
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --version "${GITHUB_SHA}"

Fix: give both the same `concurrency.group`.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.roles import plain, releases
from mlops_spec.platforms.github.workflow.typed import mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS661"
NAME = "separate-queues"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    others = [each for path, each in delivery.workflows.items() if path < workflow.path]
    for job in workflow.jobs.values():
        place, group = _group(workflow, job)
        for other, beside in ((whole, each) for whole in others for each in whole.jobs.values()):
            _, queue = _group(other, beside)
            if group and queue and group != queue and _do_the_same(job, beside):
                message = f"{PurePosixPath(other.path).name} releases the same, and waits in another queue: `{queue}`"
                yield Finding(place, message, "give both the same `group`")
                return


def _group(workflow: Workflow, job: Job) -> tuple[Address, str]:
    """Where the queue of a job is named, and what it is called; empty where it is known only when it runs."""
    above: Address = job.address if "concurrency" in job.data else ()
    given = (job.data if above else workflow.data).get("concurrency")
    inner = ("group",) if isinstance(given, dict) else ()
    named = text(mapping(given).get("group")) if inner else text(given)
    settled = named.replace("${{ github.workflow }}", text(workflow.data.get("name")) or workflow.path)
    return (*above, "concurrency", *inner), "" if "${{" in settled else settled


def _do_the_same(job: Job, other: Job) -> bool:
    """Whether two jobs of the same environment run the same command that releases."""
    ours, theirs = ({plain(each) for each in one.commands if releases(each)} for one in (job, other))
    stands = environment(job)
    return bool(ours & theirs) and stands == environment(other) and "${{" not in stands and not job.runs("promote ask")
