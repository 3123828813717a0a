"""A `dvc.lock`, read: its entry for each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.engines.dvc.names import LOCK
from mlops_spec.engines.stage import Lock, LockedStage
from mlops_spec.errors import Failure
from mlops_spec.validate.at_commit import document_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def read_lock(content: bytes) -> Lock:
    """The stages of a `dvc.lock`. DVC reads it as YAML 1.2, where `yes` is a word: so do we.

    Raises:
        Failure: it isn't one (exit 2).
    """
    stages = document_of(content, LOCK).at(("stages",))
    if not isinstance(stages, dict) or not all(isinstance(stage, dict) for stage in stages.values()):
        raise Failure(f"{LOCK}: no stages in it", remedy="run `mlops-spec run` and commit nothing by hand")
    return {name: _stage(entry) for name, entry in stages.items()}


def _stage(entry: Mapping[str, Any]) -> LockedStage:
    params: dict[str, Any] = {}
    for values in (entry.get("params") or {}).values():
        params |= values
    return LockedStage(str(entry.get("cmd")), dict(_hashes(entry, "deps")), dict(_hashes(entry, "outs")), params)


def _hashes(entry: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    for each in entry.get(key) or ():
        if isinstance(each, dict) and isinstance(each.get("path"), str):
            yield each["path"], str(each.get(str(each.get("hash", "md5"))))
