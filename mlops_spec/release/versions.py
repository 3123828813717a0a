"""Version numbers: what changed between two releases, and the number that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.ledger.state import version_key
from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.engines.stage import Lock
    from mlops_spec.package.manifest import Manifest

FIRST = "v1.0.0"
Part = Literal["signature", "code", "parameters", "data"]


@dataclass(frozen=True)
class Made:
    """What a release was made of, as far as its number depends on it."""

    manifest: Manifest
    lock: Lock
    data_file: str


def changed(old: Made, new: Made) -> tuple[Part, ...]:
    """What differs between two releases, the weightiest first."""
    before, after = _outside_inputs(old), _outside_inputs(new)
    data = {old.data_file, new.data_file}
    differing = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    found: dict[Part, bool] = {
        "signature": _interface(old.manifest) != _interface(new.manifest),
        "code": bool(differing - data) or _commands(old) != _commands(new),
        "parameters": _params(old) != _params(new),
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


def _interface(manifest: Manifest) -> tuple[object, ...]:
    return manifest.task, manifest.signature, manifest.classes, manifest.positive


def _commands(made: Made) -> dict[str, str]:
    return {name: stage.command for name, stage in made.lock.items()}


def _params(made: Made) -> dict[str, Mapping[str, Any]]:
    return {name: stage.params for name, stage in made.lock.items()}


def _outside_inputs(made: Made) -> dict[str, str]:
    stages = made.lock.values()
    written = [path for stage in stages for path in stage.writes]
    read = {path: content for stage in stages for path, content in stage.reads.items()}
    return {path: content for path, content in read.items() if not any(overlap(path, made) for made in written)}
