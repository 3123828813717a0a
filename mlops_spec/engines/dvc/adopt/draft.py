"""Draws a spec from a `dvc.yaml`: the stage that trains, those before it, the data, and the parameters."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.engines.drawn import Drawn
from mlops_spec.engines.dvc.adopt import left
from mlops_spec.engines.dvc.adopt.graph import (
    PICKLES,
    ROWS,
    Stage,
    before,
    from_root,
    made,
    outs,
    parameter_entries,
)
from mlops_spec.engines.dvc.adopt.parameters import params
from mlops_spec.engines.source import items
from mlops_spec.errors import Failure
from mlops_spec.regex import regex
from mlops_spec.spec.stages import OWN_STAGES, overlap

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlops_spec.engines.dvc.adopt.pipeline import Pipeline

_CODE = (".py", ".ipynb", ".sh", ".r", ".R")
_SHELL = regex(r"[;&|<>$`*?~\n\\(){}#]|^[A-Za-z_]\w*=")
_COMMAND = "TODO a command that reads build/data/train.parquet and writes build/model"
SCRIPTS = "scripts/adopted"


def draft(pipeline: Pipeline, chosen: str = "", elsewhere: frozenset[str] = frozenset()) -> Drawn:
    """The sections that a `dvc.yaml` knows something of; `chosen` names the stage that trains, where several might.

    Of the stages `elsewhere` the drafts of other models tell.

    Raises:
        Failure: it has no stages, was rendered from a spec, or it is not clear which stage trains.
    """
    root, stages = pipeline.root, pipeline.stages
    if not stages:
        raise Failure(f"{pipeline.name}: no stages to draw a spec from")
    if pipeline.rendered:
        raise Failure(f"{pipeline.name} was rendered from a spec", remedy="bring that spec back: git log -- model.yaml")
    trains = pipeline.training(chosen)
    earlier = _earlier(stages, trains)
    train = stages.get(trains, from_root({}))
    drawn = Drawn({})
    table = _table(root, earlier, train) or ("" if trains else _first_written_table(stages))
    drawn.sections["data"] = {"path": table or "TODO", "target": "TODO", "id": "TODO"}
    drawn.claimed = bool(table) and any(made(table, outs(stage)) for stage in stages.values())
    if not table:
        left.no_table(earlier, train, drawn)
    left.reads_all_rows(earlier, table, drawn)
    if earlier:
        drawn.sections["pipeline"] = {_named(name): _stage(name, stage, drawn) for name, stage in earlier.items()}
    drawn.sections["train"] = _train(pipeline, trains, train, earlier, drawn)
    drawn.sections["gates"] = [{"metric": "todo", "min": 0}]  # in lower case, as metrics are
    left.pickled(earlier, drawn)
    left.missing_code(root, earlier | ({trains: train} if trains else {}), drawn)
    left.not_carried(pipeline, trains, {trains, *earlier}, elsewhere, drawn)
    left.file_keys(pipeline, drawn)
    return drawn


def _earlier(stages: Mapping[str, Stage], trains: str) -> dict[str, Stage]:
    """The stages that the training waits for; a frozen one is not run, so what it writes is data."""
    if not trains:
        return {}
    running = {name: stage for name, stage in stages.items() if name == trains or not stage.get("frozen")}
    return {name: running[name] for name in before(trains, running)}


def _table(root: Path, earlier: Mapping[str, Stage], train: Stage) -> str:
    """The first table that stages read and no running one writes, or that DVC tracks; empty where there is none."""
    running = [path for stage in earlier.values() for path in outs(stage)]
    read_first = [path for stage in (*earlier.values(), train) for path in stage["deps"]]
    tracked = [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.glob("data/**/*.dvc"))]
    tables = [path for path in (*read_first, *tracked) if path.endswith(ROWS)]
    return next((path for path in tables if not made(path, running)), "")


def _first_written_table(stages: Mapping[str, Stage]) -> str:
    return next((out for stage in stages.values() for out in outs(stage) if out.endswith(ROWS)), "")


def _named(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", name.lower())
    plain = "_".join(words) or "stage"
    return f"user_{plain}" if plain in OWN_STAGES or not plain[0].isalpha() else plain


def _stage(name: str, stage: Stage, drawn: Drawn) -> dict[str, Any]:
    reads = dict.fromkeys((*_inputs_without_code(stage), *_parameter_files(stage)))
    return {"run": _command_or_script(name, stage, drawn), "reads": list(reads), "writes": outs(stage) or ["TODO"]}


def _inputs_without_code(stage: Stage) -> list[str]:
    return [path for path in stage["deps"] if not path.endswith(_CODE) and path != "src"]


def _parameter_files(stage: Stage) -> list[str]:
    return list(dict.fromkeys(file for file, _ in parameter_entries(stage)))


def _command_or_script(name: str, stage: Stage, drawn: Drawn) -> str:
    commands = [str(each).strip() for each in items(stage.get("cmd")) if str(each).strip()]
    if not commands or any("${" in each and "\n" in each for each in commands):
        return "TODO the command"
    folder = str(stage["wdir"])
    plain = len(commands) == 1 and folder == "." and commands[0].isprintable() and not _SHELL.search(commands[0])
    if plain:
        return commands[0][:1000]
    path = f"{SCRIPTS}/{_named(name)}.sh"
    enter = [] if folder == "." else [f"cd {shlex.quote(folder)}"]
    head = ["#!/usr/bin/env bash", f"# The stage `{_named(name)}` of dvc.yaml.", "set -e"]
    drawn.scripts[path] = "\n".join([*head, *enter, *commands, ""])
    return f"bash {path}"


def _train(pipeline: Pipeline, name: str, stage: Stage, earlier: Mapping[str, Stage], drawn: Drawn) -> dict[str, Any]:
    written = [path for each in earlier.values() for path in outs(each)]
    table = drawn.sections["data"]["path"]
    reads = [
        path
        for path in _inputs_without_code(stage)
        if path != table and (not path.endswith(ROWS) or made(path, written))
    ]
    files = _parameter_files(stage)
    train: dict[str, Any] = {"run": _command_or_script(name, stage, drawn) if name else _COMMAND}
    train |= {"reads": list(dict.fromkeys((*reads, *files)))} if reads or files else {}
    values = params(pipeline.root, stage, drawn)
    train |= {"params": values} if values else {}
    whole = table if any(overlap(path, table) for path in stage["deps"]) else ""
    left.training(pipeline, name, whole, earlier, drawn)
    if values:
        drawn.todo(
            f"train.params: let the code read `train.params` of {model_folder.SPEC}; "
            f"until then {', '.join(files)} is an input"
        )
    return train | _format(stage, drawn)


def _format(stage: Stage, drawn: Drawn) -> dict[str, Any]:
    suffixes = {PurePosixPath(out).suffix for out in outs(stage)}
    if ".onnx" in suffixes:
        return {"format": "onnx"}
    if ".skops" in suffixes:
        return {}
    if suffixes & {*PICKLES} and not suffixes & {".pt", ".pth", ".h5", ".keras", ".safetensors"}:
        drawn.todo(
            "train: a pickled model is refused, so let the code call `skops.io.dump(model, "
            f'"{model_folder.MODEL}/model.skops")`, preprocessing included; one that is not of scikit-learn needs '
            "another "
            "`format` and a `predictor`",
            "uv run mlops-spec explain train.format",
        )
        return {"format": "skops"}
    drawn.todo(
        "train.predictor: write `load(model_dir) -> predict` in src and name it; "
        "a pickled model is refused, so write skops, ONNX or safetensors in its place",
        "uv run mlops-spec explain predict",
    )
    return {"predictor": "TODO:load", "format": "safetensors" if ".safetensors" in suffixes else "custom"}
