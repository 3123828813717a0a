"""A release that waits is not dropped for a newer one.

GitHub keeps one waiting run of a group and cancels it when another arrives. With `queue: max` all of them wait, so
that every merge is registered and every promotion answered.

Bad:

    concurrency: {group: release, cancel-in-progress: false}
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

Fix: add `queue: max` to `concurrency`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import releases
from mlops_spec.platforms.github.workflow.typed import mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS529"
NAME = "dropped-release"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    given = mapping(workflow.data.get("concurrency"))
    waits = given and text(given.get("cancel-in-progress")) in ("", "false")
    if waits and releases(delivery, workflow) and text(given.get("queue")) != "max":
        message = "a release that waits is dropped when the next one comes"
        yield Finding(("concurrency", "queue"), message, "write `queue: max`")
