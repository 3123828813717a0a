"""The parameters of the training stage, by their groups, out of the files that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.engines.dvc.adopt.graph import parameter_entries
from mlops_spec.engines.source import load, mapping, read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlops_spec.engines.drawn import Drawn


def params(root: Path, stage: Mapping[str, Any], drawn: Drawn) -> dict[str, Any]:
    """The parameters that a stage names, with the values that their files give them, in the groups they stand in."""
    found: dict[str, Any] = {}
    for file, keys in parameter_entries(stage):
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
            drawn.todo(f"train.params: {'.'.join(steps)} stands in two files, and only one of them is taken")
            return
        here = inner
    if here.get(steps[-1], value) != value:
        drawn.todo(f"train.params: {'.'.join(steps)} has two values: {here[steps[-1]]!r} and {value!r}")
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
    drawn.todo(f"train.params: {place} is {'not there' if value is None else 'no plain value'}, and left out")
    return None


def _scalar(value: Any) -> bool:
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and "${" not in value)
