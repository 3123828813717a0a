"""A `dvc.yaml`, read: the stages in its order, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.engines.dvc.names import FILE
from mlops_spec.engines.stage import Stage
from mlops_spec.errors import Exit, Failure
from mlops_spec.model_folder import SPEC
from mlops_spec.validate.at_commit import document_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


def declared(text: str) -> tuple[Stage, ...]:
    """The stages of a rendered `dvc.yaml`, in its order, which is topological.

    Raises:
        Failure: it is not readable (exit 2).
    """
    stages = document_of(text.encode(), FILE).data["stages"]
    return tuple(_stage(name, entry) for name, entry in stages.items())


def stages_of(root: Path) -> tuple[Stage, ...]:
    """The stages of a checkout's `dvc.yaml`, in its order; raises Failure (78) when there are none."""
    path = root / FILE
    try:
        stages = dict(safe_yaml.load(path.read_bytes())["stages"])
        return tuple(_stage(name, entry) for name, entry in stages.items())
    except FileNotFoundError as error:
        raise Failure(f"{path} is missing", exit_code=Exit.CONFIG, remedy="`mlops-spec render` writes it.") from error
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Failure(f"{path} holds no stages: {error}", exit_code=Exit.CONFIG, remedy="mlops-spec render") from error


def _stage(name: str, entry: Mapping[str, Any]) -> Stage:
    writes = (path for key in ("outs", "metrics", "plots") for path in paths(entry.get(key) or ()))
    command = str(entry.get("cmd", ""))
    keys = list(_keys(entry))
    ours = tuple(key for file, key in keys if file == str(SPEC))
    others = tuple(key for file, key in keys if file != str(SPEC))
    files = tuple(file for file in _params(entry) if file != str(SPEC))
    return Stage(name, command, tuple(paths(entry.get("deps") or ())), tuple(writes), ours, others, files)


def _keys(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((file, str(key)) for file, keys in _params(entry).items() for key in keys)


def _params(entry: Mapping[str, Any]) -> dict[str, list[Any]]:
    """An entry is a key of DVC's own params.yaml, or a mapping from a file to keys of it, all where there are none."""
    found: dict[str, list[Any]] = {}
    for each in entry.get("params") or ():
        for file, keys in (each if isinstance(each, dict) else {"params.yaml": [each]}).items():
            found.setdefault(str(file), []).extend(keys or ())
    return found


def paths(entries: Iterable[Any]) -> Iterator[str]:
    """An entry of `deps` or `outs` is a path, or a mapping with the path as its one key."""
    return (str(next(iter(each))) if isinstance(each, dict) else str(each) for each in entries)
