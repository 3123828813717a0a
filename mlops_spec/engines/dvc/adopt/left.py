"""Open tasks after a draft from a `dvc.yaml`, each with what to do about it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.adopt.graph import PICKLES, ROWS, Stage, judges, made, outs, trains_by_name
from mlops_spec.engines.source import items
from mlops_spec.repository.code import Folder
from mlops_spec.repository.command import python_runs
from mlops_spec.repository.root import root_of
from mlops_spec.spec.stages import overlap, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mlops_spec.engines.drawn import Drawn
    from mlops_spec.engines.dvc.adopt.pipeline import Pipeline

_SPLIT = "build/data/train.parquet"
_SHELL = frozenset(";&|$`(")
_TRACK = "uv run dvc add TABLE"
# What a stage may say that a spec has no word for.
_DROPPED = {
    "always_changed": "it runs each time in DVC; here it runs when what it reads changes",
    "meta": "nothing reads it",
}


def no_table(earlier: Mapping[str, Stage], train: Stage, drawn: Drawn) -> None:
    """Why no table of all rows is named, by what the stages read in its place."""
    written = [path for stage in earlier.values() for path in outs(stage)]
    read = [path for stage in (*earlier.values(), train) for path in stage["deps"]]
    makers = [name for name, stage in earlier.items() if any(out.endswith(ROWS) for out in outs(stage))]
    tables = [path for path in read if path.endswith(ROWS)]
    given = [path for path in read if not made(path, written) and posixpath.splitext(path)[1] not in (".py", ".yaml")]
    goal = "rows are split before any of your stages: name the table of all rows (.csv or .parquet)"
    if tables:
        makers = makers or [name for name, stage in earlier.items() if made(tables[0], outs(stage))]
        drawn.todo(
            f"data.path: {tables[0]} is what a stage writes ({', '.join(makers)}), and {goal}, "
            "and make it outside of the pipeline",
            _TRACK,
        )
    elif given:
        drawn.todo(
            f"data.path: {given[0]} is no table, and {goal}; write one of it, a row for each example, by a script "
            "outside of the pipeline",
            _TRACK,
        )
    else:
        drawn.todo(f"data.path: no stage says which file it reads, and {goal}", _TRACK)


def reads_all_rows(earlier: Mapping[str, Stage], table: str, drawn: Drawn) -> None:
    """The stages before the training that would see the test rows."""
    whole = [name for name, stage in earlier.items() if table and any(overlap(path, table) for path in stage["deps"])]
    if whole:
        drawn.todo(
            f"{', '.join(whole)}: let it read {_SPLIT} and test.parquet instead of {table}, here and under `reads`: "
            "what is made of all rows at once shows the test to the training"
        )


def training(pipeline: Pipeline, name: str, table: str, earlier: Mapping[str, Stage], drawn: Drawn) -> None:
    """What the training must read and write; `table` is that of all rows where it reads that itself."""
    if not name:
        drawn.todo("train.run: no stage trains: write the command that does, or name the stage by `adopt --stage`")
        return
    stage = pipeline.stages[name]
    if not trains_by_name(name, stage):
        drawn.todo(
            f"{pipeline.at(name)}: train: no stage is called so; {name}, the last, is taken for it: "
            "`adopt --stage` names another"
        )
    reads = f"read {_SPLIT} instead of {table}, and " if table else "" if earlier else f"read {_SPLIT}, and "
    drawn.todo(f"train.run: let it {reads}write below build/model instead of {', '.join(stage['outs']) or 'the model'}")


def pickled(earlier: Mapping[str, Stage], drawn: Drawn) -> None:
    """What the stages before the training hand on in a format that runs code when it is loaded."""
    for name, stage in earlier.items():
        if found := [out for out in outs(stage) if out.endswith(PICKLES)]:
            drawn.todo(
                f"{name}: it writes {_list(found)}, and loading a pickle can run any code: write Parquet or .npy, "
                "and what it fitted belongs to the model"
            )


def missing_code(root: Path, carried: Mapping[str, Stage], drawn: Drawn) -> None:
    """The scripts that commands run and that are not there."""
    files = Folder(root, root_of(root))
    for name, stage in carried.items():
        for command in items(stage.get("cmd")):
            if set(str(command)) & _SHELL:
                continue  # it may have gone to another folder
            _, script = python_runs(words(str(command)))
            path = posixpath.normpath(posixpath.join(stage["wdir"], script))
            if script and not files.is_file(path):
                drawn.todo(f"{name}: its script {path} is not in the repository: write it, or bring it back")


def not_carried(
    pipeline: Pipeline, trains: str, carried: Iterable[str], elsewhere: frozenset[str], drawn: Drawn
) -> None:
    """The stages and their keys that the draft does not carry, but for stages of which others tell."""
    stages = pipeline.stages
    model = outs(stages[trains]) if trains else []
    table = drawn.sections["data"]["path"]
    for name, stage in stages.items():
        if name in elsewhere:
            continue
        if name not in carried:
            drawn.todo(f"{pipeline.at(name)}: stage {name} is {_why(name, stage, model, table)}")
            continue
        for key, why in _DROPPED.items():
            if key in stage:
                drawn.todo(f"{pipeline.at(name)}: {name}.{key}: {why}")


def file_keys(pipeline: Pipeline, drawn: Drawn) -> None:
    """What a file says beside its stages."""
    for key in ("metrics", "plots", "artifacts", "datasets"):
        if pipeline.document.get(key):
            drawn.todo(f"{key}: not carried; the rendered dvc.yaml has its own")


def _why(name: str, stage: Stage, model: Iterable[str], table: str) -> str:
    if stage.get("frozen"):
        return f"frozen and not carried: what it writes ({_list(outs(stage))}) is data: dvc add it"
    if made(table, outs(stage)):
        return f"not carried: it makes {table}, so run it by hand before DVC keeps that"
    uses = any(made(path, model) for path in stage["deps"])
    if stage["metrics"] or stage["plots"] or (uses and judges(name, stage)):
        return (
            "not carried: name its measures in evaluate.metrics, "
            "and one of your own as {name: …, run: package.module:function}"
        )
    if uses:
        return "not carried: it uses the trained model; let a workflow run it on the released package"
    if not outs(stage):
        return "not carried: it writes nothing that a stage reads; let a workflow run it"
    return f"not carried: nothing that trains reads {_list(outs(stage))}"


def _list(found: list[str]) -> str:
    return ", ".join(found[:3]) or "what it writes"
