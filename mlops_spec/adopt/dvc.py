"""Draws a spec from a `dvc.yaml`: the stage that trains, those before it, the data, and the parameters."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.adopt.source import items, load, mapping, paths, read
from mlops_spec.errors import Failure
from mlops_spec.spec.stages import OWN_STAGES, overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ROWS = (".csv", ".parquet")
_MODELS = (".pkl", ".joblib", ".onnx", ".skops", ".pt", ".pth", ".h5", ".keras", ".safetensors", ".bin")
_TRAINS = re.compile(r"(^|[_@-])(train|fit)", re.IGNORECASE)
_CODE = (".py", ".ipynb", ".sh")


def draft(root: Path, text: str) -> dict[str, Any]:
    """The sections that a `dvc.yaml` knows something of; Failure where it is no pipeline."""
    stages = {name: mapping(stage) for name, stage in mapping(load("dvc.yaml", text).get("stages")).items()}
    if not stages:
        raise Failure("dvc.yaml: no stages to draw a spec from")
    if all(str(stage.get("cmd", "")).startswith("mlops-spec stage ") for stage in stages.values()):
        raise Failure("dvc.yaml was rendered from a spec", remedy="bring that spec back: git log -- model.yaml")
    trains = _training(stages)
    before = {name: stages[name] for name in _before(trains, stages)}
    drawn: dict[str, Any] = {"data": {"path": _data(root, before, stages[trains]), "target": "TODO", "id": "TODO"}}
    if before:
        drawn["pipeline"] = {_named(name): _stage(stage) for name, stage in before.items()}
    drawn["train"] = _train(root, stages[trains], before)
    drawn["gates"] = [{"metric": "todo", "min": 0}]  # in lower case, as metrics are
    return drawn


def _training(stages: Mapping[str, Mapping[str, Any]]) -> str:
    """The stage that is called so, or the first that writes what looks like a model, or the last."""
    called = [name for name in stages if _TRAINS.search(name)]
    writes = [
        name for name, stage in stages.items() if any(PurePosixPath(out).suffix in _MODELS for out in _outs(stage))
    ]
    return (*called, *writes, list(stages)[-1])[0]


def _before(name: str, stages: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The stages that a stage waits for, in the order of the file."""
    waited: set[str] = set()
    todo = [name]
    while todo:
        reads = paths(stages[todo.pop()].get("deps"))
        found = {other for other, stage in stages.items() if any(overlap(r, w) for r in reads for w in _outs(stage))}
        todo += found - waited - {name}
        waited |= found - {name}
    return [each for each in stages if each in waited]


def _outs(stage: Mapping[str, Any]) -> list[str]:
    return [path for key in ("outs", "metrics", "plots") for path in paths(stage.get(key))]


def _data(root: Path, before: Mapping[str, Mapping[str, Any]], train: Mapping[str, Any]) -> str:
    """The first table that stages read and none writes, or that DVC tracks."""
    written = [path for stage in before.values() for path in _outs(stage)]
    read_first = [path for stage in (*before.values(), train) for path in paths(stage.get("deps"))]
    tracked = [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.glob("data/**/*.dvc"))]
    tables = [path for path in (*read_first, *tracked) if path.endswith(_ROWS) and path not in written]
    return (*tables, "TODO")[0]


def _named(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", name.lower().partition("@")[0])
    plain = "_".join(words) or "stage"
    return f"user_{plain}" if plain in OWN_STAGES or not plain[0].isalpha() else plain


def _stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    return {"run": _command(stage), "reads": _reads(stage), "writes": _outs(stage) or ["TODO"]}


def _reads(stage: Mapping[str, Any]) -> list[str]:
    """Without code, which every stage depends on."""
    return [path for path in paths(stage.get("deps")) if not path.endswith(_CODE) and path != "src"]


def _command(stage: Mapping[str, Any]) -> str:
    commands = [str(each).strip() for each in items(stage.get("cmd"))]
    if len(commands) == 1 and commands[0] and "${" not in commands[0] and commands[0].isprintable():
        return commands[0][:1000]
    return f"TODO one command without a shell and a template, for {len(commands)} in dvc.yaml"


def _train(root: Path, stage: Mapping[str, Any], before: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    written = [path for each in before.values() for path in _outs(each)]
    reads = [path for path in _reads(stage) if any(overlap(path, out) for out in written)]
    drawn: dict[str, Any] = {"run": _command(stage)}
    drawn |= {"reads": reads} if reads else {}
    params = dict(_params(root, items(stage.get("params"))))
    drawn |= {"params": params} if params else {}
    suffixes = {PurePosixPath(out).suffix for out in _outs(stage)}
    if ".onnx" in suffixes:
        return drawn | {"format": "onnx"}
    if ".skops" in suffixes:
        return drawn
    return drawn | {"predictor": "TODO:load", "format": "safetensors" if ".safetensors" in suffixes else "custom"}


def _params(root: Path, entries: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """The parameters that a stage names, with the values that their files give them."""
    for entry in entries:
        for file, keys in entry.items() if isinstance(entry, dict) else [("params.yaml", [entry])]:
            values = _values(root / str(file))
            for key in items(keys) or list(values):
                yield from _flat(str(key), _at(values, str(key)))


def _values(file: Path) -> dict[str, Any]:
    if file.suffix not in (".yaml", ".yml", ".json") or not file.is_file():
        return {}
    return mapping(load(str(file), read(file)))


def _at(values: Any, key: str) -> Any:
    for step in key.split("."):
        values = values.get(step) if isinstance(values, dict) else None
    return values


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Numbers, words and lists of them by the last part of their key."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _flat(f"{key}.{name}", each)
    elif _scalar(value) or (isinstance(value, list) and all(map(_scalar, value))):
        yield key.rpartition(".")[2], value


def _scalar(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str)) and "${" not in str(value)
