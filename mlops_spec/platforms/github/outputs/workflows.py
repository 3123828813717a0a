"""The files that make GitHub act on a change of a repository with one model: workflows, owners, rulesets, bots."""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.platforms.github.outputs.environments import deployments, scored_here
from mlops_spec.platforms.github.outputs.owners import owners
from mlops_spec.platforms.github.outputs.rulesets import rulesets
from mlops_spec.platforms.github.outputs.settings import settings
from mlops_spec.platforms.github.outputs.storage import ways
from mlops_spec.platforms.github.pins import ACTIONS
from mlops_spec.render.output import Output
from mlops_spec.spec.base import seconds
from mlops_spec.spec.clusters import clusters
from mlops_spec.spec.measures import champions, may_accept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.spec import Spec

WORKFLOWS = PurePosixPath(".github/workflows")


def workflows(spec: Spec) -> Iterator[Output]:
    storage = ways(spec)
    common = {
        "actions": ACTIONS,
        "branch": spec.branch,
        "release_ref": f"refs/heads/{spec.branch}",
        "compute": spec.train.compute,
        "on_cluster": any(True for _ in clusters(spec)),
        "training_minutes": math.ceil(seconds(spec.train.compute.timeout) / 60),
        "queued": spec.governance.merge_queue,
        "attested": spec.governance.provenance == "github",
        "storage": storage,
        "rivals": bool(champions(spec)),
        "reviewed": any(gate.reviewed for gate in spec.gates),
        "asks_teams": any("/" in name for name in may_accept(spec)),
    }
    tree = deployments(spec)
    merged = [each for each in tree.values() if each.follows_merge]
    yield _workflow("pull-request", common)
    if storage.pull_requests == "read":
        yield _workflow("try", common)
    yield _workflow("train", common)
    yield _workflow("merge", {**common, "deployments": merged, "promoted": len(merged) < len(tree)})
    for name, deployment in tree.items():
        if not deployment.follows_merge:
            values = {
                "workflow": f"mlops-promote-{name}",
                "group": f"mlops-{name}",
                "desired_state": str(model_folder.DEPLOY / f"{name}.yaml"),
                "deployment": deployment,
            }
            yield _workflow(f"promote-{name}", {**common, **values}, template="promote")
    for name, batch in spec.batches.items():
        if scored := scored_here(name, batch):
            yield _workflow(f"score-{name}", {**common, "scored": scored}, template="score")
    if spec.monitor:
        yield _workflow("monitor", {**common, "schedule": spec.monitor.schedule})


def _workflow(name: str, values: Mapping[str, object], *, template: str | None = None) -> Output:
    return Output(WORKFLOWS / f"mlops-{name}.yml", f".github/workflows/mlops-{template or name}.yml", values)


def ownership(spec: Spec) -> Iterator[Output]:
    runners = [spec.train.compute.label, *(batch.runner for batch in spec.batches.values() if batch.runner)]
    return settings(owners(spec), dict.fromkeys(runners), rulesets(spec), str(model_folder.SPEC))
