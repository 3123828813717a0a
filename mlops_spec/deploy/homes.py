"""The homes of models in an agent's folder: the whole of it for the only model of a repository, else one for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.deploy.place import raise_form
from mlops_spec.targets.registry import kept, rename
from mlops_spec.targets.target import home_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_MOVED = ("rollouts", "predictions")


def name_in(state: Path, model: str) -> str:
    """What tells a model from others in an agent's folder; empty where it has the folder for itself."""
    return model if home_of(state, model).is_dir() else ""


def predictions_in(state: Path, model: str) -> Path:
    """Where the predictions of a model lie in an agent's folder."""
    return home_of(state, name_in(state, model)) / "predictions"


def settle(state: Path, alone: bool, models: Collection[str]) -> None:
    """Lets what lies in the folder lie as the repository is now: a model that was the only one may be one of several.

    It goes on being served meanwhile, as what tells a model is its name.
    """
    if alone:
        (model,) = models
        if home_of(state, model).is_dir():
            _move(state, model, "")
        return
    raise_form(state)
    for each in kept(state):
        if not each.name and each.model in models:
            _move(state, "", each.model)
    for model in models:
        home_of(state, model).mkdir(parents=True, exist_ok=True, mode=0o700)


def _move(state: Path, old: str, new: str) -> None:
    source, target = home_of(state, old), home_of(state, new)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (*_MOVED, *(path.name for path in source.glob("claim-*"))):
        if (source / name).exists() and not (target / name).exists():
            (source / name).rename(target / name)
    rename(state, old, new)
    if old:
        source.rename(source.with_name(f".{source.name}.was"))
