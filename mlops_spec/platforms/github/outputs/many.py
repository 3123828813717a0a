"""Workflows of a repository of many models, from what all share alone: one set, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.outputs.environments import scored_in
from mlops_spec.platforms.github.outputs.storage import ways
from mlops_spec.platforms.github.outputs.workflows import WORKFLOWS
from mlops_spec.platforms.github.pins import ACTIONS
from mlops_spec.render.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec.shared import Shared


def shared_workflows(shared: Shared) -> Iterator[Output]:
    """The workflows: what a job is about, it is told by the plan of its run, as a matrix."""
    storage = ways(shared)
    values = {
        "actions": ACTIONS,
        "branch": shared.branch,
        "release_ref": f"refs/heads/{shared.branch}",
        "queued": shared.governance.merge_queue,
        "attested": shared.governance.provenance == "github",
        "storage": storage,
        "schedule": shared.monitor.schedule,
        "scored": scored_in(shared),
    }
    names = ["pull-request", "train", "merge", "promote", "monitor"]
    for name in [*names, "try"] if storage.pull_requests == "read" else names:
        yield Output(WORKFLOWS / f"mlops-{name}.yml", f"many/mlops-{name}.yml", values)
    for scored in scored_in(shared):
        yield Output(WORKFLOWS / f"{scored.workflow}.yml", "many/mlops-score.yml", {**values, "scored": scored})
