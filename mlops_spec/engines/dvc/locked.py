"""What a release remembers of each stage: the entries of its `dvc.lock`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.layout import DVC_LOCK
from mlops_spec.validate.at_commit import document_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Locked:
    """A stage as it ran: its command, the MD5 of what it read and wrote by path, and the parameters by their keys."""

    command: str
    reads: Mapping[str, str]
    writes: Mapping[str, str]
    params: Mapping[str, Any]


def locked(content: bytes) -> dict[str, Locked]:
    """The stages of a `dvc.lock`. DVC reads it as YAML 1.2, where `yes` is a word: so do we.

    Raises:
        Failure: it is not readable (exit 2).
    """
    stages = document_of(content, DVC_LOCK).at(("stages",)) or {}
    return {name: _stage(entry) for name, entry in stages.items()}


def _stage(entry: Mapping[str, Any]) -> Locked:
    params: dict[str, Any] = {}
    for values in entry.get("params", {}).values():
        params |= values
    return Locked(entry["cmd"], _hashes(entry, "deps"), _hashes(entry, "outs"), params)


def _hashes(entry: Mapping[str, Any], key: str) -> dict[str, str]:
    return {each["path"]: str(each.get(each.get("hash", "md5"))) for each in entry.get(key, [])}
