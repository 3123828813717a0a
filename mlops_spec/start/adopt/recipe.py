"""Draws a spec from the `recipe.yaml` of MLflow Recipes, which MLflow 3 no longer runs, and its local profile."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any

from mlops_spec.engines.drawn import Drawn, Step
from mlops_spec.engines.source import items, load, mapping, read
from mlops_spec.errors import Failure
from mlops_spec.regex import regex
from mlops_spec.spec.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAMES = {
    "accuracy_score": "accuracy",
    "f1_score": "f1",
    "precision_score": "precision",
    "recall_score": "recall",
    "precision_recall_auc": "average_precision",
    "r2_score": "r2",
}
_CARRIED = ("ingest", "split", "train", "evaluate", "register")
_VALUE = regex(r"\{\{\s*(\w+)[^{}]*\}\}")


def draft(root: Path, text: str, chosen: str = "", folder: str = "") -> Drawn:
    """The sections that a recipe knows something of; Failure where it is no recipe, or a stage is `chosen` in it."""
    if chosen:
        raise Failure("a recipe has no stages to choose from", remedy="leave --stage away")
    recipe = load("recipe.yaml", _VALUE.sub(_from_profile(root / folder), text))
    kind = str(recipe.get("recipe") or recipe.get("template") or "")
    if not kind:
        raise Failure("recipe.yaml: no `recipe:` says which recipe this is, such as `regression/v1`")
    steps = mapping(recipe.get("steps"))
    task = _task(kind, recipe)
    drawn: dict[str, Any] = {"task": task, "data": _data(recipe, steps, folder)}
    if name := mapping(steps.get("register")).get("model_name"):
        drawn["model"] = str(name)
    drawn["train"] = {
        "run": "TODO a command that reads build/data/train.parquet and writes build/model",
        **_params(mapping(steps.get("train"))),
        "predictor": "TODO:load",
    }
    drawn["gates"] = _gates(recipe, steps) or [{"metric": "todo", "min": 0}]
    return Drawn(drawn, [Step(f"steps.{name}: not carried") for name in steps if name not in _CARRIED])


def _from_profile(root: Path) -> Any:
    """Puts the local profile's values where the recipe has Jinja expressions, as JSON, which is YAML."""
    file = root / "profiles/local.yaml"
    values = load(str(file), read(file)) if file.is_file() else {}
    return lambda found: json.dumps(values.get(found[1], "TODO"), default=str)


def _task(kind: str, recipe: Mapping[str, Any]) -> str:
    if kind.startswith("regression"):
        return "regression"
    if kind.startswith("classification"):
        return "binary-classification" if "positive_class" in recipe else "multiclass-classification"
    return "TODO"


def _data(recipe: Mapping[str, Any], steps: Mapping[str, Any], folder: str) -> dict[str, Any]:
    path = _path(mapping(steps.get("ingest")))
    inside = isinstance(path, str) and path != "TODO"
    drawn: dict[str, Any] = {"path": posixpath.join(folder, path) if inside else path}
    drawn["target"] = str(recipe.get("target_col") or "TODO")
    positive = recipe.get("positive_class")
    if isinstance(positive, (bool, int, str)):
        drawn["positive"] = positive
    drawn["id"] = "TODO"
    shares = items(mapping(steps.get("split")).get("split_ratios"))
    if len(shares) > 1 and all(isinstance(share, (int, float)) and share > 0 for share in shares):
        drawn["split"] = {"test": round(1 - shares[0] / sum(shares), 4)}
    return drawn


def _path(ingest: Mapping[str, Any]) -> Any:
    place = next((str(each) for each in items(ingest.get("location")) if each), "TODO").removeprefix("./")
    if "://" in place:
        return {"import": place, "version": "TODO"}
    inside = re.fullmatch(r"[A-Za-z0-9_@+=,][\w@+=,. /-]*", place, re.ASCII) and ".." not in place.split("/")
    return place if inside else "TODO"


def _params(train: Mapping[str, Any]) -> dict[str, Any]:
    given = mapping(train.get("estimator_params"))
    kept = {key: value for key, value in given.items() if isinstance(value, (bool, int, float, str))}
    return {"params": kept} if kept else {}


def _gates(recipe: Mapping[str, Any], steps: Mapping[str, Any]) -> list[dict[str, Any]]:
    criteria = [mapping(each) for each in items(mapping(steps.get("evaluate")).get("validation_criteria"))]
    gates = [_gate(str(each.get("metric")), each.get("threshold")) for each in criteria if each.get("metric")]
    primary = recipe.get("primary_metric") or mapping(recipe.get("metrics")).get("primary")
    if primary and not any(gate["metric"] == _named(str(primary)) for gate in gates):
        gates.append(_gate(str(primary), None))
    return gates


def _gate(metric: str, threshold: Any) -> dict[str, Any]:
    name = _named(metric)
    if name == "todo" or not isinstance(threshold, (int, float)):
        return {"metric": name}
    return {"metric": name, "min" if METRICS[name].higher_is_better else "max": threshold}


def _named(metric: str) -> str:
    name = _NAMES.get(metric, metric)
    return name if name in METRICS else "todo"
