"""Which files a spec is rendered into, and with which values: the only place with such conditions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.actions import ACTIONS
from mlops_spec.outputs.card import card
from mlops_spec.outputs.environments import deployments
from mlops_spec.outputs.owners import owners
from mlops_spec.outputs.plots import plots
from mlops_spec.outputs.rulesets import rulesets
from mlops_spec.outputs.stages import stages
from mlops_spec.outputs.storage import REMOTE, remote, ways
from mlops_spec.runners import is_standard
from mlops_spec.spec.base import seconds
from mlops_spec.spec.evaluate import ChampionGate
from mlops_spec.spec.gates import may_accept, reviewed
from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.spec import Spec

WORKFLOWS = PurePosixPath(".github/workflows")
CODEOWNERS = PurePosixPath(".github/CODEOWNERS")
DVC_CONFIG = PurePosixPath(".dvc/config")
GIT_IGNORE = PurePosixPath(".gitignore")
GIT_ATTRIBUTES = PurePosixPath(".gitattributes")
DVC_IGNORE = PurePosixPath(".dvcignore")
SHARED = frozenset({CODEOWNERS, DVC_CONFIG, GIT_IGNORE, GIT_ATTRIBUTES, DVC_IGNORE})


class Kind(Enum):
    """Whose a file is."""

    MANAGED = "managed"  # ours: rendered again and again
    SHARED = "shared"  # a part of it is ours, the rest is the user's
    ONCE = "once"  # ours to begin with; from then on promotions change it


@dataclass(frozen=True)
class Output:
    """A file to render: where it goes, from which template (below `template/managed/`), with which values."""

    path: PurePosixPath
    template: str
    values: Mapping[str, object]
    kind: Kind = Kind.MANAGED


def outputs(
    spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> tuple[Output, ...]:
    """Decides what there is, ordered by path.

    `present` says which of `spec.stages.SURROUNDINGS` the repository has, `code` what each stage runs besides `src`.
    """
    found = (
        *_pipeline(spec, present, code),
        *_checkout(spec, code),
        *_workflows(spec),
        *_ownership(spec),
        *_environments(spec),
    )
    return tuple(sorted(found, key=lambda output: output.path.as_posix()))


def _pipeline(spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]]) -> Iterator[Output]:
    yield Output(
        layout.DVC_FILE,
        "dvc.yaml",
        {
            "stages": stages(spec, present, code),
            "plots": plots(spec),
            "model": spec.model,
            "task": spec.task,
            "description": spec.description,
        },
    )
    yield Output(layout.CARD, "MODEL_CARD.md", card(spec))


def _checkout(spec: Spec, code: Mapping[str, tuple[str, ...]]) -> Iterator[Output]:
    """What keeps results out of commits, and line ends as they were hashed."""
    writes = dict.fromkeys(path for stage in spec.pipeline.values() for path in stage.writes)
    outside = [path for path in writes if not overlap(path, str(layout.BUILD))]
    google = bool(spec.storage and spec.storage.sign_in and spec.storage.sign_in.google)
    yield Output(GIT_IGNORE, "gitignore", {"writes": outside, "google": google}, Kind.SHARED)
    yield Output(DVC_IGNORE, "dvcignore", {"google": google}, Kind.SHARED)
    own = sorted({path for paths in code.values() for path in paths})
    files = {"files": [path for path in own if PurePosixPath(path).suffix]}
    folders = {"folders": [path for path in own if not PurePosixPath(path).suffix]}
    yield Output(GIT_ATTRIBUTES, "gitattributes", files | folders, Kind.SHARED)


def _workflows(spec: Spec) -> Iterator[Output]:
    storage = ways(spec)
    common = {
        "actions": ACTIONS,
        "branch": spec.branch,
        "release_ref": f"refs/heads/{spec.branch}",
        "compute": spec.train.compute,
        "training_minutes": math.ceil(seconds(spec.train.compute.timeout) / 60),
        "queued": spec.governance.merge_queue,
        "attested": spec.governance.provenance == "github",
        "storage": storage,
        "rivals": any(isinstance(gate, ChampionGate) for gate in spec.gates),
        "reviewed": any(map(reviewed, spec.gates)),
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
                "desired_state": str(layout.DEPLOY / f"{name}.yaml"),
                "deployment": deployment,
            }
            yield _workflow(f"promote-{name}", {**common, **values}, template="promote")
    if spec.monitor:
        yield _workflow("monitor", {**common, "schedule": spec.monitor.schedule})


def _workflow(name: str, values: Mapping[str, object], *, template: str | None = None) -> Output:
    return Output(WORKFLOWS / f"mlops-{name}.yml", f".github/workflows/mlops-{template or name}.yml", values)


def _ownership(spec: Spec) -> Iterator[Output]:
    default, *guards = owners(spec)
    owned = {"default": default.line, "guards": [guard.line for guard in guards]}
    yield Output(CODEOWNERS, ".github/CODEOWNERS", owned, Kind.SHARED)
    yield Output(PurePosixPath(".github/dependabot.yml"), ".github/dependabot.yml", {})
    runner = spec.train.compute.label
    if runner and not is_standard(runner):  # which actionlint must be told of
        yield Output(PurePosixPath(".github/actionlint.yaml"), ".github/actionlint.yaml", {"runner": runner})
    for name, values in rulesets(spec).items():
        yield Output(PurePosixPath(f".github/rulesets/{name}.json"), f".github/rulesets/{name}.json", values)
    settings = remote(spec.storage) if spec.storage else {}
    yield Output(DVC_CONFIG, ".dvc/config", {"name": REMOTE, "settings": settings}, Kind.SHARED)


def _environments(spec: Spec) -> Iterator[Output]:
    for name, environment in spec.environments.items():
        template = "deploy/following.yaml" if environment.after == "merge" else "deploy/promoted.yaml"
        values = {"environment": name, "model": spec.model}
        yield Output(layout.DEPLOY / f"{name}.yaml", template, values, Kind.ONCE)
