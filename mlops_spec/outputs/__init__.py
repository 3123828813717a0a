"""The files that a spec is rendered into: those of the engine, of the platform and of Git."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mlops_spec import layout, model_folder
from mlops_spec.engines.outputs import ignored, pipeline, settings
from mlops_spec.outputs.card import card
from mlops_spec.outputs.git_files import git_files
from mlops_spec.platforms.github.outputs.shared import shared_outputs
from mlops_spec.platforms.github.outputs.workflows import ownership, workflows
from mlops_spec.render.output import Kind, Output
from mlops_spec.spec.stages import overlap, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlops_spec.outputs.git_files import Holds
    from mlops_spec.place import Place
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

_MODEL: frozenset[Holds] = frozenset({"model"})
_REPOSITORY: frozenset[Holds] = frozenset({"repository"})
_NO_CODE: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def outputs(spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]] = _NO_CODE) -> tuple[Output, ...]:
    """All files of a repository whose only model lies at its root, ordered by path.

    `present` says which of `spec.stages.SURROUNDINGS` there are, `code` what each stage runs besides `src`.
    """
    source = str(model_folder.SPEC)
    return _ordered(
        (
            *_of_model(spec, present, code),
            *ignored(spec.storage, source),
            *git_files(_MODEL | _REPOSITORY, spec.storage, source, writes=_writes(spec), code=code),
            *settings(spec.storage),
            *workflows(spec),
            *ownership(spec),
        )
    )


def model_outputs(
    spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]] = _NO_CODE
) -> tuple[Output, ...]:
    """The files of one of many models, by their paths inside its folder, ordered; see `outputs`."""
    source = str(model_folder.SPEC)
    git = git_files(_MODEL, None, source, writes=_writes(spec), code=code)
    return _ordered((*_of_model(spec, present, code), *ignored(None, source), *git))


def repository_outputs(shared: Shared, models: Iterable[tuple[Place, Spec]]) -> tuple[Output, ...]:
    """The files that a repository of many models has once, ordered by path.

    But for the owners of the models' folders they follow from what all share alone.
    """
    source = str(layout.PROJECT)
    return _ordered(
        (
            *settings(shared.storage),
            *ignored(shared.storage, source),
            *git_files(_REPOSITORY, shared.storage, source),
            *shared_outputs(shared, models),
        )
    )


def _of_model(spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]]) -> Iterator[Output]:
    yield from pipeline(spec, present, code)
    yield Output(model_folder.CARD, "MODEL_CARD.md", card(spec))
    yield from _environments(spec)


def _writes(spec: Spec) -> list[str]:
    """What the user's stages write outside of `build`."""
    writes = dict.fromkeys(path for stage in user_stages(spec).values() for path in stage.writes)
    return [path for path in writes if not overlap(path, str(model_folder.BUILD))]


def _environments(spec: Spec) -> Iterator[Output]:
    for name, environment in spec.environments.items():
        template = "deploy/following.yaml" if environment.after == "merge" else "deploy/promoted.yaml"
        values = {"environment": name, "model": spec.model}
        yield Output(model_folder.DEPLOY / f"{name}.yaml", template, values, Kind.ONCE)


def _ordered(found: Iterable[Output]) -> tuple[Output, ...]:
    return tuple(sorted(found, key=lambda output: output.path.as_posix()))
