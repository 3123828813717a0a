"""The pipeline as DVC sees it: what each stage reads, which parts of the spec it depends on, what it writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pydantic import BaseModel

from mlops_spec import model_folder
from mlops_spec.engines.stage import Stage
from mlops_spec.errors import Failure
from mlops_spec.spec.paths import data_paths, named_files
from mlops_spec.spec.stages import PREPARE, SURROUNDINGS, overlap, user_stages
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlops_spec.spec import Spec
    from mlops_spec.spec.train import Stage as UserStage

OURS = ("split", "train", "reseed", "refit", "evaluate", "package")

# The parts of the spec that each stage reads: a change elsewhere, such as in `environments`, runs nothing again.
DATA = ("task", "data")
MODEL_IO = ("train.features", "train.predictor", "train.format", "train.trusted_types")
READS = {
    "split": DATA,
    "train": (
        *DATA,
        "train.run",
        "train.params",
        "train.features",
        "train.seed",
        "train.format",
    ),
    "reseed": (*DATA, *MODEL_IO, "train.run", "train.params", "train.seed", "train.seeds"),
    "refit": (*DATA, *MODEL_IO, "train.run", "train.params", "train.seed"),
    "evaluate": ("model", *DATA, *MODEL_IO, "train.seed", "evaluate", "gates"),
    "package": ("model", *DATA, *MODEL_IO, "evaluate", "serve", "monitor.drift.season"),
}


@dataclass(frozen=True)
class Rendering:
    """What one stage of `dvc.yaml` is rendered from; paths are relative to the repository."""

    name: str
    reads: tuple[str, ...]
    params: tuple[str, ...]
    writes: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The same for every spec: no value of the spec ever stands in a shell line."""
        return f"mlops-spec stage {self.name}"

    @property
    def results(self) -> tuple[str, ...]:
        """Everything that it writes."""
        return (*self.writes, *self.metrics)

    @property
    def value(self) -> Stage:
        """The stage, whatever engine runs it."""
        return Stage(self.name, self.command, self.reads, self.results, self.params)


def stages(spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]]) -> tuple[Rendering, ...]:
    """All stages, each after those whose results it reads, so that `dvc repro -s` may be used.

    `code` has the files that a stage runs besides those in `src`, by the stage's name.

    Raises Failure where a stage of the user's takes one of our names, or where stages wait for one another.
    """
    taken = [name for name in spec.pipeline if name in OURS]
    if taken:
        raise Failure(f"pipeline.{taken[0]}: the name `{taken[0]}` is taken by a stage of ours", remedy="rename it")
    around = tuple(sorted(present, key=lambda path: SURROUNDINGS.index(PurePosixPath(path).name)))
    found = (_split(spec, around), *_users(spec, around), *_models(spec, around))
    return _in_order([replace(each, reads=_unique((*each.reads, *code.get(each.name, ())))) for each in found])


def _split(spec: Spec, around: tuple[str, ...]) -> Rendering:
    return Rendering(
        "split",
        reads=_unique((*data_paths(spec.data), *_without_code(around))),
        params=_present(spec, READS["split"]),
        writes=(str(model_folder.TRAIN_ROWS), str(model_folder.TEST_ROWS), str(model_folder.SPLIT_REPORT)),
    )


def _users(spec: Spec, around: tuple[str, ...]) -> Iterable[Rendering]:
    for name, stage in user_stages(spec).items():
        yield Rendering(
            name,
            reads=_unique((*stage.reads, *around)),
            params=_present(spec, (*_parts(name, stage), "train.seed")),
            writes=tuple(stage.writes),
        )


def _parts(name: str, stage: UserStage) -> tuple[str, ...]:
    """What makes the table is not to run again for a change of how it is split, or of what it must hold.

    Nor is a stage for a change of where it runs.
    """
    own = "data.prepare" if name == PREPARE else f"pipeline.{name}"
    keys = [key for key in ("run", "reads", "writes") if key in stage.model_fields_set] if stage.compute else []
    return (*(() if name == PREPARE else DATA), *([f"{own}.{key}" for key in keys] or [own]))


def _models(spec: Spec, around: tuple[str, ...]) -> Iterable[Rendering]:
    train, test, model = str(model_folder.TRAIN_ROWS), str(model_folder.TEST_ROWS), str(model_folder.MODEL)
    split = str(model_folder.SPLIT_REPORT)
    yield Rendering(
        "train",
        reads=_unique((train, *named_files(spec.data), *spec.train.reads, *around)),
        params=_present(spec, READS["train"]),
        writes=(model,),
    )
    if spec.train.seeds > 1:
        yield Rendering(
            "reseed",
            reads=_unique((train, test, split, *named_files(spec.data), *spec.train.reads, *around)),
            params=_present(spec, READS["reseed"]),
            writes=(str(model_folder.SEEDS),),
        )
    if spec.data.refitted:
        yield Rendering(
            "refit",
            reads=_unique((train, test, split, *named_files(spec.data), *spec.train.reads, *around)),
            params=_present(spec, READS["refit"]),
            writes=(str(model_folder.REFIT),),
        )
    refit = (str(model_folder.REFIT),) if spec.data.refitted else ()
    yield Rendering(
        "evaluate",
        reads=(train, test, split, model, *refit, *named_files(spec.data), *around),
        params=_present(spec, READS["evaluate"]),
        writes=(str(model_folder.PREDICTIONS), str(model_folder.PLOTS)),
        metrics=(str(model_folder.EVALUATION),),
    )
    yield Rendering(
        "package",
        reads=(train, split, model, *_answers(spec), *around),
        params=_present(spec, READS["package"]),
        writes=(str(model_folder.PACKAGE),),
    )


def _answers(spec: Spec) -> tuple[str, ...]:
    """Texts, which a package keeps a summary of."""
    return (str(model_folder.PREDICTIONS),) if TASKS[spec.task].answer.holds == "text" else ()


def _present(spec: Spec, keys: Iterable[str]) -> tuple[str, ...]:
    """Those of the keys that the document holds: DVC calls a parameter that is not there an error."""
    return tuple(key for key in keys if _holds(spec, key))


def _holds(spec: Spec, key: str) -> bool:
    part: object = spec
    for name in key.split("."):
        if not isinstance(part, BaseModel):
            return part is not None  # a mapping, such as that of the user's stages
        if name not in part.model_fields_set:
            return False
        part = getattr(part, name)
    return True


def _without_code(around: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in around if name != "src")


def _in_order(found: list[Rendering]) -> tuple[Rendering, ...]:
    by_name = {stage.name: stage for stage in found}
    graph = {stage.name: [other.name for other in found if _feeds(other, stage)] for stage in found}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise Failure(f"pipeline: stages wait for one another: {circle}", remedy="break the circle") from None
    return tuple(by_name[name] for name in order)


def _feeds(writer: Rendering, reader: Rendering) -> bool:
    return any(overlap(wrote, read) for wrote in writer.results for read in reader.reads)


def _unique(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))
