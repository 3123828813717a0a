"""The stages of a `dvc.yaml` as a graph: which one trains, what comes before it, and what comes after."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.engines.source import items, paths
from mlops_spec.errors import Failure
from mlops_spec.regex import regex
from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Stage = dict[str, Any]

ROWS = (".csv", ".parquet")
MODELS = (".pkl", ".joblib", ".onnx", ".skops", ".pt", ".pth", ".h5", ".keras", ".safetensors", ".bin")
PICKLES = (".pkl", ".pickle", ".joblib")
_TRAINS = regex(r"(^|[_@-])(train|fit)", re.IGNORECASE)
_ELSE = regex(r"split|data|prepro|prepare|feature|eval|test|predict", re.IGNORECASE)
_JUDGES = regex(r"eval|test|metric|score|valid", re.IGNORECASE)


def from_root(stage: Mapping[str, Any], folder: str = "") -> Stage:
    """The stage with its paths as seen from the repository's root; `folder` is where its file lies."""
    here = dict(stage)
    here["wdir"] = posixpath.normpath(posixpath.join(folder, str(stage.get("wdir") or ".")))
    for key in ("deps", "outs", "metrics", "plots"):
        here[key] = [posixpath.normpath(posixpath.join(here["wdir"], path)) for path in paths(stage.get(key))]
    return here


def outs(stage: Mapping[str, Any]) -> list[str]:
    return [path for key in ("outs", "metrics", "plots") for path in stage[key]]


def parameter_entries(stage: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The files of parameters that a stage names, each with the keys; no key is the whole file."""
    for entry in items(stage.get("params")):
        if isinstance(entry, dict):
            for name, keys in entry.items():
                yield posixpath.normpath(posixpath.join(stage["wdir"], str(name))), [str(key) for key in items(keys)]
        else:
            yield posixpath.normpath(posixpath.join(stage["wdir"], "params.yaml")), [str(entry)]


def made(path: str, written: Iterable[str]) -> bool:
    """Whether a path is, holds or lies in one of those that are written."""
    return any(overlap(path, out) for out in written)


def chosen_training(stages: Mapping[str, Stage], chosen: str, name: str) -> str:
    """The chosen stage of the file `name`; raises Failure where it has none of that name."""
    if chosen in stages:
        return chosen
    raise Failure(f"{name} has no stage `{chosen}`", remedy=f"choose one of {', '.join(stages)}")


def trainings(stages: Mapping[str, Stage]) -> list[str]:
    """The stages that are called so, or that write what looks like a model, but those that another waits for."""
    called = [name for name in stages if _TRAINS.search(name) and not _ELSE.search(name)]
    writes = [name for name, stage in stages.items() if any(PurePosixPath(out).suffix in MODELS for out in outs(stage))]
    candidates = [name for name in called if name in writes] or called or writes
    awaited = {each for name in candidates for each in before(name, stages)}
    return [name for name in candidates if name not in awaited]


def last_training(stages: Mapping[str, Stage], name: str) -> str:
    """The one stage that trains, or the last; empty where that makes data.

    Raises:
        Failure: several train.
    """
    found = trainings(stages)
    if len(found) > 1:
        raise Failure(
            f"{name} trains {len(found)} models: {', '.join(found)}",
            remedy=f"a spec is one model's: choose by `mlops-spec adopt --stage {found[0]}`",
        )
    if found:
        return found[0]
    last = list(stages)[-1]
    return "" if outs(stages[last]) and all(out.endswith(ROWS) for out in outs(stages[last])) else last


def trains_by_name(name: str, stage: Stage) -> bool:
    """Whether a stage says itself that it trains."""
    return bool(_TRAINS.search(name)) or any(PurePosixPath(out).suffix in MODELS for out in outs(stage))


def before(name: str, stages: Mapping[str, Stage]) -> list[str]:
    """The stages that a stage waits for, in the order of the file."""
    waited: set[str] = set()
    todo = [name]
    while todo:
        reads = stages[todo.pop()]["deps"]
        found = {other for other, stage in stages.items() if any(overlap(r, w) for r in reads for w in outs(stage))}
        todo += found - waited - {name}
        waited |= found - {name}
    return [each for each in stages if each in waited]


def judges(name: str, stage: Stage) -> bool:
    """Whether a stage measures a model, rather than only using it."""
    return bool(stage["metrics"] or stage["plots"] or _JUDGES.search(name))
