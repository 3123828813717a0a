"""Adoption of a repository without a spec: drafts from its own files, and the steps left to do."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.adoption import draft, pipeline
from mlops_spec.engines.files import PIPELINE
from mlops_spec.engines.source import read
from mlops_spec.errors import Failure
from mlops_spec.repository.listing import place_in_tree
from mlops_spec.start.adopt import recipe
from mlops_spec.start.adopt.alone import adopt_alone
from mlops_spec.start.adopt.found import pipelines_of
from mlops_spec.start.adopt.in_folders import adopt_in_folders
from mlops_spec.start.adopt.places import existing, places
from mlops_spec.start.adopt.written import refuse_there

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlops_spec.engines.adoption import Pipeline
    from mlops_spec.engines.drawn import Drawn
    from mlops_spec.start.adopt.adopted import Adopted

_RECIPE = "recipe.yaml"
#: files that specs are drawn from
SOURCES = (str(PIPELINE), _RECIPE)


def adopt(root: Path, sources: Sequence[str] = (), stage: str = "") -> Adopted:
    """Writes a `model.yaml` for each model that the pipelines of a repository train.

    That of an only one lies at the root; of several, each has a folder. `sources` are the files that are meant; without
    any, all pipelines are, or the root's recipe. `stage` names the one that trains. Commands that need a shell become
    scripts in `scripts/adopted`.

    Raises:
        Failure: there is a spec already, nothing to draw one from, or a file that can't be read or written.
    """
    refuse_there(root / model_folder.SPEC)
    _refuse_inside(root, sources)
    _refuse_strange(sources)
    recipes = [name for name in sources if PurePosixPath(name).name == _RECIPE]
    if recipes and len(sources) == 1:
        return adopt_alone(root, _of_recipe(root, recipes[0], stage), recipes[0])
    pipelines = pipelines_of(root, sources)
    if not pipelines and (root / _RECIPE).is_file():
        return adopt_alone(root, _of_recipe(root, _RECIPE, stage), _RECIPE)
    there = existing(root)
    models = places(root, pipelines, stage, there)
    only = sources[0] if len(sources) == 1 else str(PIPELINE) if "" in pipelines else ""
    if only and not there and len(models) < 2 and all(each.pipeline.name == _normal(only) for each in models):
        return adopt_alone(root, _at_root(root, only, stage), only)
    if not models:
        raise _nothing(root, pipelines, there)
    return adopt_in_folders(root, models, pipelines)


def _normal(name: str) -> str:
    return os.path.normpath(name).replace(os.sep, "/")


def _refuse_inside(root: Path, sources: Sequence[str]) -> None:
    """GitHub reads workflows at the root of a repository alone, and there Git and DVC look for all else."""
    if inside := place_in_tree(root):
        name = next(iter(sources), "") or next((each for each in SOURCES if (root / each).is_file()), str(PIPELINE))
        above = os.path.relpath(root.absolute().parents[inside.count("/")])
        raise Failure(
            f"{root.absolute()} lies in a repository, and GitHub reads workflows at its root alone",
            remedy=f"adopt it there: mlops-spec adopt -C {above} --from {inside}/{name}",
        )


def _refuse_strange(sources: Sequence[str]) -> None:
    for name in sources:
        kind = PurePosixPath(name.replace("\\", "/")).name
        if kind not in SOURCES or (kind == _RECIPE and len(sources) > 1):
            alone = ", one recipe at a time" if kind == _RECIPE else ""
            raise Failure(f"{name}: a spec is drawn from {' or '.join(SOURCES)}, known by these names{alone}")


def _of_recipe(root: Path, name: str, stage: str) -> Drawn:
    folder = name.replace("\\", "/").rpartition("/")[0].removeprefix("./")
    return recipe.draft(root, read(root / name), stage, folder)


def _at_root(root: Path, name: str, stage: str) -> Drawn:
    folder = name.replace("\\", "/").rpartition("/")[0].removeprefix("./")
    return draft(pipeline(root, read(root / name), folder, name), stage)


def _nothing(root: Path, pipelines: Mapping[str, Pipeline], there: Mapping[PurePosixPath, str]) -> Failure:
    if pipelines:
        stages = ", ".join(f"{stage} ({each.at(stage)})" for each in pipelines.values() for stage in each.stages)
        return Failure(
            f"{root}: no stage of its pipelines says that it trains",
            remedy=f"choose the one that does by --from and --stage: {stages or 'there are no stages'}",
        )
    if there:
        return Failure(f"{root}: no pipeline is left to adopt; {len(there)} models are there already")
    return Failure(
        f"{root}: neither {' nor '.join(SOURCES)} to draw a spec from",
        remedy="name one with --from, or begin with `mlops-spec new`",
    )
