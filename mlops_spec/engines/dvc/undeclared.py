"""Stages that no longer declare a parameter or an input, which DVC overlooks.

DVC compares what a stage declares with its lock, never the lock with what is declared. With `seed: 7` taken out of the
spec the model would stay as the seed left it; so such a stage is taken out of the lock, and then it runs. A stage that
is no longer declared at all DVC keeps in the lock for ever; it is taken out as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.document import safe_yaml
from mlops_spec.regex import regex
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from mlops_spec.engines.stage import Stage

_STAGE = regex(r"""^  (['"]?)([\w@.-]+)\1:\s*$""")  # DVC writes its lock in block style, two spaces a level


def forget(lock: Path, stages: Iterable[Stage]) -> list[str]:
    """Takes those stages out of a lock, if there is one, and returns those that run again; declared are `stages`."""
    if not lock.exists():
        return []
    text = lock.read_text(encoding="utf-8")
    entries = safe_yaml.load(text).get("stages") or {}
    declared = {stage.name: stage for stage in stages}
    gone = [name for name, stage in declared.items() if name in entries and _reads_less(stage, entries[name])]
    undeclared = entries.keys() - declared.keys()
    if gone or undeclared:
        write_atomic(lock, _without_stages(text, {*gone, *undeclared}))
    return gone


def _reads_less(stage: Stage, entry: Mapping[str, Any]) -> bool:
    read = {each["path"] for each in entry.get("deps", [])}
    params = {str(key) for values in entry.get("params", {}).values() for key in values}
    return not (read <= set(stage.reads) and params <= set(stage.keys))


def _without_stages(text: str, names: Collection[str]) -> str:
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if not line.startswith("   "):
            found = _STAGE.match(line)
            inside = bool(found and found[2] in names)
        if not inside:
            kept.append(line)
    left = "".join(kept)
    return left.replace("stages:\n", "stages: {}\n") if left.endswith("stages:\n") else left
