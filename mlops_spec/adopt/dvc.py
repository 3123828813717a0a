"""Draws a spec from a `dvc.yaml`: the stage that trains, those before it, the data, and the parameters."""

from __future__ import annotations

import posixpath
import re
import shlex
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.adopt.drawn import Drawn
from mlops_spec.adopt.resolved import stages as resolved
from mlops_spec.adopt.source import items, load, mapping, paths, read
from mlops_spec.errors import Failure
from mlops_spec.spec.stages import OWN_STAGES, overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ROWS = (".csv", ".parquet")
_MODELS = (".pkl", ".joblib", ".onnx", ".skops", ".pt", ".pth", ".h5", ".keras", ".safetensors", ".bin")
_TRAINS = re.compile(r"(^|[_@-])(train|fit)", re.IGNORECASE)
_CODE = (".py", ".ipynb", ".sh", ".r", ".R")
_SHELL = re.compile(r"[;&|<>$`*?~\n\\(){}#]|^[A-Za-z_]\w*=")
SCRIPTS = "scripts/adopted"
# What a stage may say that a spec has no word for.
_DROPPED = {
    "always_changed": "it runs each time in DVC; here it runs when what it reads changes",
    "meta": "nothing reads it",
}


def draft(root: Path, text: str, chosen: str = "") -> Drawn:
    """The sections that a `dvc.yaml` knows something of; `chosen` names the stage that trains, where several might.

    Raises:
        Failure: it is no pipeline, its templates can't be filled in, or it is not clear which stage trains.
    """
    stages = {name: _from_root(stage) for name, stage in resolved(root, text).items()}
    if not stages:
        raise Failure("dvc.yaml: no stages to draw a spec from")
    if all(str(stage.get("cmd", "")).startswith("mlops-spec stage ") for stage in stages.values()):
        raise Failure("dvc.yaml was rendered from a spec", remedy="bring that spec back: git log -- model.yaml")
    trains = _training(stages, chosen)
    drawn = Drawn({})
    running = {name: stage for name, stage in stages.items() if not stage.get("frozen")}
    before = {name: running[name] for name in _before(trains, running | {trains: stages[trains]})}
    before.pop(trains, None)
    drawn.sections["data"] = {
        "path": _data(root, before, stages[trains], drawn),
        "target": "TODO",
        "id": "TODO",
    }
    table = drawn.sections["data"]["path"]
    whole = [name for name, stage in before.items() if any(overlap(path, table) for path in stage["deps"])]
    if whole:
        drawn.left.append(
            f"{', '.join(whole)}: let it read build/data/train.parquet and test.parquet instead of {table}: "
            "what is made of all rows at once shows the test to the training"
        )
    if before:
        drawn.sections["pipeline"] = {_named(name): _stage(name, stage, drawn) for name, stage in before.items()}
    drawn.sections["train"] = _train(root, trains, stages[trains], before, drawn)
    drawn.sections["gates"] = [{"metric": "todo", "min": 0}]  # in lower case, as metrics are
    drawn.left += _not_carried(stages, {trains, *before}, mapping(load("dvc.yaml", text)))
    return drawn


def _from_root(stage: Mapping[str, Any]) -> dict[str, Any]:
    """The stage with its paths as seen from the repository's root, not from its `wdir`."""
    folder = str(stage.get("wdir") or ".")
    here = dict(stage)
    for key in ("deps", "outs", "metrics", "plots"):
        here[key] = [posixpath.normpath(posixpath.join(folder, path)) for path in paths(stage.get(key))]
    return here


def _training(stages: Mapping[str, Mapping[str, Any]], chosen: str) -> str:
    """The stage that is called so, or the first that writes what looks like a model, or the last."""
    if chosen:
        if chosen in stages:
            return chosen
        raise Failure(f"dvc.yaml has no stage `{chosen}`", remedy=f"choose one of {', '.join(stages)}")
    called = [name for name in stages if _TRAINS.search(name)]
    writes = [
        name for name, stage in stages.items() if any(PurePosixPath(out).suffix in _MODELS for out in _outs(stage))
    ]
    found = [name for name in called if name in writes] or called or writes or list(stages)[-1:]
    if len(found) > 1 and all("@" in name for name in found):
        raise Failure(
            f"dvc.yaml trains {len(found)} models: {', '.join(found)}",
            remedy=f"a spec is one model's: `mlops-spec adopt --stage {found[0]}`, in a repository for each",
        )
    return found[0]


def _before(name: str, stages: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The stages that a stage waits for, in the order of the file."""
    waited: set[str] = set()
    todo = [name]
    while todo:
        reads = stages[todo.pop()]["deps"]
        found = {other for other, stage in stages.items() if any(overlap(r, w) for r in reads for w in _outs(stage))}
        todo += found - waited - {name}
        waited |= found - {name}
    return [each for each in stages if each in waited]


def _outs(stage: Mapping[str, Any]) -> list[str]:
    return [path for key in ("outs", "metrics", "plots") for path in stage[key]]


def _data(root: Path, before: Mapping[str, Mapping[str, Any]], train: Mapping[str, Any], drawn: Drawn) -> str:
    """The first table that stages read and no running one writes, or that DVC tracks."""
    running = [path for stage in before.values() for path in _outs(stage)]
    read_first = [path for stage in (*before.values(), train) for path in stage["deps"]]
    tracked = [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.glob("data/**/*.dvc"))]
    tables = [path for path in (*read_first, *tracked) if path.endswith(_ROWS)]
    given = [path for path in tables if not any(overlap(path, out) for out in running)]
    if not given:
        made = next(iter(tables), "")
        drawn.left.append(
            f"data.path: {made or 'the table'} is what a stage writes, and rows are split before any of your stages: "
            "name the table of all rows, `dvc add` it, and keep its making outside of the pipeline"
        )
        return "TODO"
    table: str = given[0]
    return table


def _named(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", name.lower())
    plain = "_".join(words) or "stage"
    return f"user_{plain}" if plain in OWN_STAGES or not plain[0].isalpha() else plain


def _stage(name: str, stage: Mapping[str, Any], drawn: Drawn) -> dict[str, Any]:
    reads = dict.fromkeys((*_reads(stage), *_parameter_files(stage)))
    return {"run": _command(name, stage, drawn), "reads": list(reads), "writes": _outs(stage) or ["TODO"]}


def _reads(stage: Mapping[str, Any]) -> list[str]:
    """Without code: what a command runs is found by itself."""
    return [path for path in stage["deps"] if not path.endswith(_CODE) and path != "src"]


def _parameter_files(stage: Mapping[str, Any]) -> list[str]:
    return [file for file, _ in _entries(stage)]


def _command(name: str, stage: Mapping[str, Any], drawn: Drawn) -> str:
    """The command itself; a script of it where it needs a shell or a folder."""
    commands = [str(each).strip() for each in items(stage.get("cmd")) if str(each).strip()]
    if not commands or any("${" in each and "\n" in each for each in commands):
        return "TODO the command"
    folder = str(stage.get("wdir") or ".")
    plain = len(commands) == 1 and folder == "." and commands[0].isprintable() and not _SHELL.search(commands[0])
    if plain:
        return commands[0][:1000]
    path = f"{SCRIPTS}/{_named(name)}.sh"
    enter = [] if folder == "." else [f"cd {shlex.quote(folder)}"]
    head = ["#!/usr/bin/env bash", f"# The stage `{_named(name)}` of dvc.yaml.", "set -e"]
    drawn.scripts[path] = "\n".join([*head, *enter, *commands, ""])
    return f"bash {path}"


def _train(
    root: Path, name: str, stage: Mapping[str, Any], before: Mapping[str, Mapping[str, Any]], drawn: Drawn
) -> dict[str, Any]:
    written = [path for each in before.values() for path in _outs(each)]
    table = drawn.sections["data"]["path"]
    reads = [path for path in _reads(stage) if path != table and (not path.endswith(_ROWS) or _made(path, written))]
    files = _parameter_files(stage)
    train: dict[str, Any] = {"run": _command(name, stage, drawn)}
    train |= {"reads": list(dict.fromkeys((*reads, *files)))} if reads or files else {}
    params = _params(root, stage, drawn)
    train |= {"params": params} if params else {}
    outs = ", ".join(stage["outs"]) or "the model"
    drawn.left.append(
        f"train.run: let it read build/data/train.parquet{f' instead of {table}' if table != 'TODO' else ''}, "
        f"and write below build/model instead of {outs}"
    )
    if params:
        named = ", ".join(dict.fromkeys(files))
        drawn.left.append(
            f"train.params: let the code read `train.params` of model.yaml; until then {named} is an input"
        )
    return train | _format(stage, drawn)


def _format(stage: Mapping[str, Any], drawn: Drawn) -> dict[str, Any]:
    suffixes = {PurePosixPath(out).suffix for out in _outs(stage)}
    if ".onnx" in suffixes:
        return {"format": "onnx"}
    if ".skops" in suffixes:
        return {}
    drawn.left.append(
        "train.predictor: write `load(model_dir) -> predict` in src and name it; "
        "a pickled model is refused, so write skops, ONNX or safetensors in its place"
    )
    return {"predictor": "TODO:load", "format": "safetensors" if ".safetensors" in suffixes else "custom"}


def _made(path: str, written: Iterable[str]) -> bool:
    return any(overlap(path, out) for out in written)


def _entries(stage: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The files of parameters that a stage names, each with the keys; no key is the whole file."""
    folder = str(stage.get("wdir") or ".")
    for entry in items(stage.get("params")):
        for file, keys in entry.items() if isinstance(entry, dict) else [("params.yaml", [entry])]:
            path = posixpath.normpath(posixpath.join(folder, str(file)))
            yield path, [str(key) for key in items(keys)]


def _params(root: Path, stage: Mapping[str, Any], drawn: Drawn) -> dict[str, Any]:
    """The parameters that a stage names, with the values that their files give them, in the groups they stand in."""
    found: dict[str, Any] = {}
    for file, keys in _entries(stage):
        values = _values(root / file)
        for key in keys or list(values):
            value = _kept(_at(values, key), f"{file}: {key}", drawn)
            if value is not None:
                _put(found, key.split("."), value, drawn)
    return found


def _put(found: dict[str, Any], steps: list[str], value: Any, drawn: Drawn) -> None:
    here = found
    for step in steps[:-1]:
        inner = here.setdefault(step, {})
        if not isinstance(inner, dict):
            drawn.left.append(f"train.params: {'.'.join(steps)} stands in two files, and only one of them is taken")
            return
        here = inner
    if here.get(steps[-1], value) != value:
        drawn.left.append(f"train.params: {'.'.join(steps)} has two values: {here[steps[-1]]!r} and {value!r}")
        return
    here[steps[-1]] = value


def _values(file: Path) -> dict[str, Any]:
    if file.suffix not in (".yaml", ".yml", ".json") or not file.is_file():
        return {}
    return mapping(load(str(file), read(file)))


def _at(values: Any, key: str) -> Any:
    for step in key.split("."):
        values = values.get(step) if isinstance(values, dict) else None
    return values


def _kept(value: Any, place: str, drawn: Drawn) -> Any:
    """Numbers, words, lists of them and groups; None, with a word about it, for anything else."""
    if isinstance(value, dict):
        inner = {str(name): _kept(each, f"{place}.{name}", drawn) for name, each in value.items()}
        return {name: each for name, each in inner.items() if each is not None}
    if _scalar(value) or (isinstance(value, list) and all(map(_scalar, value))):
        return value
    drawn.left.append(f"train.params: {place} is {'not there' if value is None else 'no plain value'}, and left out")
    return None


def _scalar(value: Any) -> bool:
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and "${" not in value)


def _not_carried(
    stages: Mapping[str, Mapping[str, Any]], carried: Iterable[str], document: Mapping[str, Any]
) -> Iterator[str]:
    """What the file says that the draft does not, a line each."""
    for name, stage in stages.items():
        if name in carried:
            for key, why in _DROPPED.items():
                if key in stage:
                    yield f"{name}.{key}: {why}"
        elif stage.get("frozen"):
            yield f"stage {name} is frozen and not carried: what it writes ({_list(_outs(stage))}) is data: dvc add it"
        elif not _outs(stage):
            yield f"stage {name} is not carried: it writes nothing that a stage reads; let a workflow run it"
        elif {"metrics", "plots"} & {key for key in stage if stage[key]}:
            yield (
                f"stage {name} is not carried: name its measures in evaluate.metrics, "
                "and one of your own as {name: …, run: package.module:function}"
            )
        else:
            yield f"stage {name} is not carried: nothing that trains reads {_list(_outs(stage))}"
    for key in ("metrics", "plots", "artifacts", "datasets"):
        if document.get(key):
            yield f"{key}: not carried; the rendered dvc.yaml has its own"


def _list(found: list[str]) -> str:
    return ", ".join(found[:3]) or "what it writes"
