"""What DVC overlooks: a stage that declares a parameter or an input no more.

It compares what a stage declares with its lock, never the lock with what is declared. With `seed: 7` taken out of the
spec the model would stay as the seed left it; so such a stage is taken out of the lock, and then it runs. A stage that
is no longer declared at all DVC keeps in the lock for ever; it is taken out as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlops_spec.document import safe_yaml
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_STAGE = re.compile(r"""^  (['"]?)([\w@.-]+)\1:\s*$""")  # DVC writes its lock in block style, two spaces a level


def forget(lock: Path, stages: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Takes those stages out of a lock, if there is one, and returns those that run again; `dvc.yaml` has `stages`."""
    if not lock.exists():
        return []
    text = lock.read_text(encoding="utf-8")
    entries = safe_yaml.load(text).get("stages") or {}
    gone = [name for name, stage in stages.items() if name in entries and _less(stage, entries[name])]
    undeclared = entries.keys() - stages.keys()
    if gone or undeclared:
        write_atomic(lock, _without(text, {*gone, *undeclared}))
    return gone


def _less(stage: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether the stage reads less than it did."""
    read = {each["path"] for each in entry.get("deps", [])}
    params = {key for values in entry.get("params", {}).values() for key in values}
    return not (read <= set(_paths(stage.get("deps", []))) and params <= set(_keys(stage.get("params", []))))


def _paths(entries: Collection[Any]) -> Iterator[str]:
    """An entry is a path, or a mapping with the path as its one key."""
    return (each if isinstance(each, str) else next(iter(each)) for each in entries)


def _keys(entries: Collection[Any]) -> Iterator[str]:
    """An entry is a key of DVC's own params.yaml, or a mapping from a file to keys of it."""
    for each in entries:
        yield from [each] if isinstance(each, str) else (key for keys in each.values() for key in keys)


def _without(text: str, names: Collection[str]) -> str:
    """The lock's text but for these stages; every other character stays."""
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if not line.startswith("   "):
            found = _STAGE.match(line)
            inside = bool(found and found[2] in names)
        if not inside:
            kept.append(line)
    left = "".join(kept)
    return left.replace("stages:\n", "stages: {}\n") if left.endswith("stages:\n") else left
