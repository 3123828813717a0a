"""The files that a spec is rendered into: those of the engine, of the platform and of Git."""

from __future__ import annotations

from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.outputs import pipeline
from mlops_spec.outputs.card import card
from mlops_spec.platforms.github.outputs.workflows import ownership, workflows
from mlops_spec.render.output import GIT_ATTRIBUTES, GIT_IGNORE, Kind, Output
from mlops_spec.spec.stages import overlap, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.spec import Spec


def outputs(
    spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> tuple[Output, ...]:
    """Decides what there is, ordered by path.

    `present` says which of `spec.stages.SURROUNDINGS` the repository has, `code` what each stage runs besides `src`.
    """
    found = (
        *pipeline(spec, present, code),
        *_git_files(spec, code),
        *workflows(spec),
        *ownership(spec),
        Output(model_folder.CARD, "MODEL_CARD.md", card(spec)),
        *_environments(spec),
    )
    return tuple(sorted(found, key=lambda output: output.path.as_posix()))


def _git_files(spec: Spec, code: Mapping[str, tuple[str, ...]]) -> Iterator[Output]:
    writes = dict.fromkeys(path for stage in user_stages(spec).values() for path in stage.writes)
    outside = [path for path in writes if not overlap(path, str(model_folder.BUILD))]
    google = bool(spec.storage and spec.storage.sign_in and spec.storage.sign_in.google)
    yield Output(GIT_IGNORE, "gitignore", {"writes": outside, "google": google}, Kind.SHARED)
    own = sorted({path for paths in code.values() for path in paths})
    files = {"files": [path for path in own if PurePosixPath(path).suffix]}
    folders = {"folders": [path for path in own if not PurePosixPath(path).suffix]}
    yield Output(GIT_ATTRIBUTES, "gitattributes", files | folders, Kind.SHARED)


def _environments(spec: Spec) -> Iterator[Output]:
    for name, environment in spec.environments.items():
        template = "deploy/following.yaml" if environment.after == "merge" else "deploy/promoted.yaml"
        values = {"environment": name, "model": spec.model}
        yield Output(model_folder.DEPLOY / f"{name}.yaml", template, values, Kind.ONCE)
