"""The folder and the name that each model of a repository gets, from the pipelines that train them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.adoption import outs
from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.lint.load import shared_around
from mlops_spec.repository.models import folders_here, meant, name_in
from mlops_spec.repository.root import is_repository
from mlops_spec.spec.stages import overlap
from mlops_spec.start.adopt.draft_text import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mlops_spec.engines.adoption import Pipeline

_HOMES = ("models", "mlops-models")
_SAYS_ONLY_THAT = frozenset({"train", "training", "fit", "model"})
_ROOT = PurePosixPath()


@dataclass(frozen=True)
class Trained:
    """One model: the pipeline and the stage that train it, the folder that is to be its own, and its name."""

    pipeline: Pipeline
    stage: str
    base: PurePosixPath  # where the pipeline's file lies
    folder: PurePosixPath
    name: str

    @property
    def moves(self) -> bool:
        """Whether it gets a folder other than the pipeline's."""
        return self.folder != self.base


def existing(root: Path) -> dict[PurePosixPath, str]:
    """The folders of the models that the repository has already, with their names."""
    if not is_repository(root):
        return {}
    folders = meant(folders_here(Git(root)), shared_around(root).models)
    return {folder: name_in((root / folder / model_folder.SPEC).read_bytes()) for folder in folders}


def places(
    root: Path, pipelines: Mapping[str, Pipeline], stage: str, there: Mapping[PurePosixPath, str]
) -> tuple[Trained, ...]:
    """A model for each stage that trains, or for the chosen one.

    A pipeline's own folder is its model's, where that is the only one in it and below it; others get one each below
    `models`, next to the pipeline.

    Raises:
        Failure: no pipeline has the chosen stage, or a model would lie in another one's folder.
    """
    trains = {PurePosixPath(base): _stages(each, stage) for base, each in pipelines.items()}
    trains = {base: stages for base, stages in trains.items() if stages}
    if stage and not trains:
        known = ", ".join(f"{each} ({one.name})" for one in pipelines.values() for each in one.stages)
        raise Failure(f"no pipeline has a stage `{stage}`", remedy=f"choose one of {known}")
    own = {base for base, stages in trains.items() if _is_own(base, stages, (*trains, *there))}
    placed: list[Trained] = []
    for base in sorted(trains, key=lambda each: each not in own):  # those that have a folder are not moved
        pipeline = pipelines["" if base == _ROOT else str(base)]
        for each in trains[base]:
            folders = {*there, *(one.folder for one in placed)}
            taken = {*there.values(), *(one.name for one in placed)}
            if base in own:
                name = next(name for name in _names(base, each, own=True) if name not in taken)
                folder = base
            else:
                names = (name for name in _names(base, each, own=False) if name not in taken)
                pairs = ((name, base / _home(root, base, name, pipeline) / name) for name in names)
                name, folder = next((name, each) for name, each in pairs if each not in folders)
            placed.append(Trained(pipeline, each, base, folder, name))
    _refuse_nested(placed, there)
    return tuple(sorted(placed, key=lambda each: each.folder))


def _is_own(base: PurePosixPath, stages: tuple[str, ...], others: Iterable[PurePosixPath]) -> bool:
    """Whether a pipeline's folder can be that of its model."""
    return len(stages) == 1 and base != _ROOT and not any(_below(other, base) for other in others)


def _stages(pipeline: Pipeline, stage: str) -> tuple[str, ...]:
    if stage:
        return (stage,) if stage in pipeline.stages else ()
    return pipeline.trainings


def _below(folder: PurePosixPath, base: PurePosixPath) -> bool:
    return folder != base and folder.is_relative_to(base)


def _names(base: PurePosixPath, stage: str, *, own: bool) -> Iterator[str]:
    """What a model may be called, the shortest first."""
    words = re.findall(r"[a-z0-9]+", stage.lower())
    short = "-".join(each for each in words if each not in _SAYS_ONLY_THAT)
    parts = base.parts[::-1]
    found = [] if own else [short]
    found += ["-".join(parts[: size + 1][::-1]) for size in range(len(parts))] if own else []
    found += [f"{base.name}-{short}", "-".join((*base.parts, stage))]
    yield from (slug(each) for each in found if each[:1].isalpha())
    number = 2
    while True:
        yield slug(f"{'-'.join((*base.parts, stage))[:56]}-{number}")
        number += 1


def _home(root: Path, base: PurePosixPath, name: str, pipeline: Pipeline) -> str:
    """The folder next to the pipeline for its models: one that Git takes, and where no stage writes what is in it."""
    git = Git(root) if is_repository(root) else None
    written = [out for stage in pipeline.stages.values() for out in outs(stage)]
    for home in _HOMES:
        hidden = git is not None and git.ignores(str(base / home / name / model_folder.SPEC))
        if not hidden and not any(overlap(f"{home}/{name}", out) for out in written):
            return home
    return _HOMES[-1]


def _refuse_nested(placed: list[Trained], there: Mapping[PurePosixPath, str]) -> None:
    for each in placed:
        for other in there:
            if each.folder.is_relative_to(other) or _below(other, each.folder):
                raise Failure(
                    f"{each.pipeline.at(each.stage)}: its model would lie in {each.folder}, and {other} is a model's "
                    "folder already: none lies in another's",
                    remedy=f"move {each.pipeline.name} next to {other}, and run this again",
                )
