"""The pipeline as the spec has it: the stages that every model has, and which waits for which."""

from __future__ import annotations

import shlex
from functools import lru_cache
from typing import TYPE_CHECKING

from mlops_spec import model_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address
    from mlops_spec.spec import Spec
    from mlops_spec.spec.train import Stage

#: What changes a stage's result without standing in its inputs: the environment it runs in, and the code.
SURROUNDINGS = ("src", "uv.lock", "pyproject.toml", ".python-version")
PREPARE = "prepare"  # the stage that makes the table, where `data.prepare` says how
OWN_STAGES = ("split", "train", "evaluate", "package")
#: path → the stage of every pipeline that writes it
OWN_OUTPUTS = {
    str(model_folder.SPLIT): "split",
    str(model_folder.MODEL): "train",
    str(model_folder.EVALUATE): "evaluate",
    str(model_folder.PACKAGE): "package",
}


def user_stages(spec: Spec) -> dict[str, Stage]:
    """The user's stages by name: the one that makes the table, where there is one, and those of `pipeline`."""
    first = {PREPARE: spec.data.prepare} if spec.data.prepare else {}
    return {**spec.pipeline, **first}


def address_of(spec: Spec, name: str) -> Address:
    """Where one of the user's stages stands in the spec."""
    return ("data", "prepare") if name == PREPARE and spec.data.prepare else ("pipeline", name)


def commands(spec: Spec) -> Iterator[tuple[Address, str]]:
    """The user's commands."""
    for name, stage in user_stages(spec).items():
        yield (*address_of(spec, name), "run"), stage.run
    yield ("train", "run"), spec.train.run


def overlap(path: str, other: str) -> bool:
    """Whether one path is the other or lies in it.

    >>> overlap("build/data", "build/data/train.parquet"), overlap("build/data", "build/data2")
    (True, False)
    """
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")


def needed_stages(spec: Spec) -> dict[str, set[str]]:
    """Of each of the user's stages, those of the user's stages that must run before."""
    stages = user_stages(spec)
    return {
        name: {
            other
            for other, writer in stages.items()
            if any(overlap(read, output) for read in stage.reads for output in writer.writes)
        }
        for name, stage in stages.items()
    }


def paths(spec: Spec) -> Iterator[tuple[Address, str]]:
    """What the user's commands read and write."""
    yield from inputs(spec)
    for name, stage in user_stages(spec).items():
        for index, path in enumerate(stage.writes):
            yield (*address_of(spec, name), "writes", index), path


def inputs(spec: Spec) -> Iterator[tuple[Address, str]]:
    """What the user's commands read."""
    for name, stage in user_stages(spec).items():
        for index, path in enumerate(stage.reads):
            yield (*address_of(spec, name), "reads", index), path
    for index, path in enumerate(spec.train.reads):
        yield ("train", "reads", index), path


@lru_cache(maxsize=1024)
def words(command: str) -> tuple[str, ...]:
    """A command's words as they are run; of one that can't be split, what spaces part."""
    try:
        return tuple(shlex.split(command))
    except ValueError:
        return tuple(command.split())
