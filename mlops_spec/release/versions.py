"""Version numbers: what changed between two releases, and the number that says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.errors import Failure
from mlops_spec.layout import DVC_LOCK
from mlops_spec.ledger.state import version_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.package.manifest import Manifest

FIRST = "v1.0.0"
Part = Literal["signature", "code", "parameters", "data"]


@dataclass(frozen=True)
class Made:
    """What a release was made of, as far as its number depends on it."""

    manifest: Manifest
    lock: Mapping[str, Any]  # dvc.lock
    data_file: str


def changed(old: Made, new: Made) -> tuple[Part, ...]:
    """What differs between two releases, the weightiest first."""
    before, after = _inputs(old), _inputs(new)
    data = {old.data_file, new.data_file}
    differing = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    found: dict[Part, bool] = {
        "signature": _interface(old.manifest) != _interface(new.manifest),
        "code": bool(differing - data) or _parts(old, "cmd") != _parts(new, "cmd"),
        "parameters": _parts(old, "params") != _parts(new, "params"),
        "data": bool(differing & data) or old.manifest.data != new.manifest.data,
    }
    return tuple(part for part, differs in found.items() if differs)


def following(version: str | None, parts: tuple[Part, ...]) -> str:
    """The number after `version`: major for the signature, minor for code or parameters, patch for anything less.

    >>> following(None, ()), following("v1.4.2", ("code", "data")), following("v1.4.2", ("data",))
    ('v1.0.0', 'v1.5.0', 'v1.4.3')
    """
    if version is None:
        return FIRST
    major, minor, patch = version_key(version)
    if "signature" in parts:
        return f"v{major + 1}.0.0"
    if "code" in parts or "parameters" in parts:
        return f"v{major}.{minor + 1}.0"
    return f"v{major}.{minor}.{patch + 1}"


def read_lock(content: bytes) -> dict[str, Any]:
    """A dvc.lock.

    Raises:
        Failure: it isn't one (exit 2).
    """
    try:
        data = safe_yaml.load(content)
    except yaml.YAMLError as error:
        raise Failure(f"{DVC_LOCK}: not YAML: {' '.join(str(error).split())}") from error
    stages = data.get("stages") if isinstance(data, dict) else None
    if not isinstance(stages, dict) or not all(isinstance(stage, dict) for stage in stages.values()):
        raise Failure(f"{DVC_LOCK}: no stages in it", remedy="run `mlops-spec run` and commit nothing by hand")
    return dict(data)


def _interface(manifest: Manifest) -> tuple[object, ...]:
    return manifest.task, manifest.signature, manifest.classes, manifest.positive


def _parts(made: Made, key: str) -> dict[str, Any]:
    return {name: stage.get(key) for name, stage in made.lock["stages"].items()}


def _inputs(made: Made) -> dict[str, str]:
    """What the pipeline reads from outside: path → hash."""
    stages = made.lock["stages"].values()
    written = [PurePosixPath(each["path"]) for stage in stages for each in _listed(stage, "outs")]
    read = {each["path"]: _hash(each) for stage in stages for each in _listed(stage, "deps")}
    return {path: content for path, content in read.items() if not _within(PurePosixPath(path), written)}


def _listed(stage: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    yield from (each for each in stage.get(key) or () if isinstance(each, dict) and isinstance(each.get("path"), str))


def _hash(entry: Mapping[str, Any]) -> str:
    return str(entry.get(str(entry.get("hash", "md5"))))


def _within(path: PurePosixPath, written: list[PurePosixPath]) -> bool:
    """Whether a stage writes it, a folder around it, or a file in it."""
    return any(path == out or out in path.parents or path in out.parents for out in written)
