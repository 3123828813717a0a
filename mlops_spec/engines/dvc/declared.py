"""What each stage of the pipeline reads and writes, as the rendered `dvc.yaml` declares it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.layout import DVC_FILE
from mlops_spec.validate.at_commit import document_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Declared:
    """A stage as it would run; `params` are dotted keys of the spec."""

    name: str
    command: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    params: tuple[str, ...]

    def feeds(self, other: Declared) -> bool:
        """Whether the other stage reads what this one writes, a folder around it, or a file in it."""
        return any(_overlap(wrote, read) for wrote in self.writes for read in other.reads)

    def makes(self, path: str) -> bool:
        """Whether it writes this path, a folder around it, or a file in it."""
        return any(_overlap(wrote, path) for wrote in self.writes)


def declared(text: str) -> tuple[Declared, ...]:
    """The stages of a `dvc.yaml`, in its order, which is topological.

    Raises:
        Failure: it is not readable (exit 2).
    """
    stages = document_of(text.encode(), DVC_FILE).data["stages"]
    return tuple(_stage(name, entry) for name, entry in stages.items())


def _stage(name: str, entry: Mapping[str, Any]) -> Declared:
    params = (key for each in entry.get("params", []) for keys in each.values() for key in keys)
    writes = (path for key in ("outs", "metrics", "plots") for path in _paths(entry.get(key, [])))
    return Declared(name, entry["cmd"], tuple(_paths(entry.get("deps", []))), tuple(writes), tuple(params))


def _paths(entries: Iterable[str | Mapping[str, Any]]) -> Iterable[str]:
    """An entry is a path, or a mapping with the path as its one key."""
    return (each if isinstance(each, str) else next(iter(each)) for each in entries)


def _overlap(one: str, other: str) -> bool:
    first, second = PurePosixPath(one), PurePosixPath(other)
    return first == second or first in second.parents or second in first.parents
