"""Proof of a `dvc.lock`: against its commit, and against the evaluation and the package that came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.engines.dvc import core_yaml
from mlops_spec.engines.dvc.declared import paths
from mlops_spec.engines.dvc.names import FILE, LOCK
from mlops_spec.engines.dvc.tracked import Tracked
from mlops_spec.package.problem import Problem
from mlops_spec.regex import regex
from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mlops_spec.git import Tree

_LOCK = str(LOCK)
_HASH = regex(r"[0-9a-f]{32}(\.dir)?")
_KEYS = {"path", "hash", "md5", "size", "nfiles", "isexec"}
_DEEPEST = 60
_MOST = 2**63  # bytes, and files
_Entry = dict[str, Any]


def problems(content: bytes, tree: Tree, made: Mapping[str, _Entry]) -> Iterator[Problem]:
    """Every way in which it is not the whole lock of the commit's pipeline; `made` is what the outputs must be."""
    tracked = Tracked(tree)
    try:
        stages = _stages(_plain(content))
        declared = _declared_stages(tree)
    except (ValueError, yaml.YAMLError) as error:
        yield Problem(_LOCK, "", " ".join(str(error).split()))
        return
    yield from (Problem(_LOCK, f"stages.{name}", "is missing: it was cut") for name in declared if name not in stages)
    for name in stages.keys() - declared.keys():
        yield Problem(_LOCK, f"stages.{name}", f"is no stage of {FILE} at that commit")
    for name in stages.keys() & declared.keys():
        yield from _of_stage(f"stages.{name}", stages[name], declared[name], tracked)
    yield from _conflicting_hashes({name: stages[name] for name in declared if name in stages}, tracked, made)


def _plain(content: bytes) -> Any:
    """The document; raises ValueError or YAMLError for one that is deep, or grows by aliases: it may be a bomb.

    What other readers could read otherwise than we do is refused as well.
    """
    text = content.decode()
    if text.startswith("\ufeff") or "\r" in text:
        raise ValueError(
            "it has a byte order mark, or lines that end with a carriage return: DVC writes none like that"
        )
    depth = 0
    for event in yaml.parse(text, safe_yaml.LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        marked = isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None)
        if marked or depth > _DEEPEST:
            raise ValueError("it has anchors, aliases or tags, or is nested too deeply: DVC writes none like that")
    return core_yaml.load(content)


def _stages(document: Any) -> dict[str, _Entry]:
    """The stages; raises ValueError when the lock is none, or holds anything else."""
    if not isinstance(document, dict) or document.keys() != {"schema", "stages"} or document["schema"] != "2.0":
        raise ValueError("it is empty, cut short or edited: it must have `schema: '2.0'`, `stages` and nothing else")
    stages = document["stages"]
    if not isinstance(stages, dict) or not all(isinstance(stage, dict) for stage in stages.values()):
        raise ValueError("stages: it is cut short")
    for name, stage in stages.items():
        if stage.keys() - {"cmd", "deps", "params", "outs"} or "cmd" not in stage:
            raise ValueError(f"stages.{name}: it must have cmd, deps, params, outs and nothing else")
        for key in ("deps", "outs"):
            _check_entries(f"stages.{name}.{key}", stage.get(key, []))
    return stages


def _check_entries(place: str, entries: Any) -> None:
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise ValueError(f"{place}: it is no list of entries")
    for each in entries:
        hashed = each.get("hash") == "md5" and _HASH.fullmatch(str(each.get("md5")))
        counted = all(type(each[key]) is int and 0 <= each[key] < _MOST for key in ("size", "nfiles") if key in each)
        counted = counted and type(each.get("isexec", True)) is bool
        if each.keys() - _KEYS or not isinstance(each.get("path"), str) or not hashed or not counted:
            raise ValueError(f"{place}: {each.get('path')}: it must have a path, its MD5 and sizes, and nothing else")


def _declared_stages(tree: Tree) -> dict[str, _Entry]:
    content = tree.read(FILE)
    if content is None:
        raise ValueError(f"the commit has no {FILE}")
    document = safe_yaml.load(content)
    stages = document.get("stages") if isinstance(document, dict) else None
    if not isinstance(stages, dict) or not all(isinstance(stage, dict) for stage in stages.values()):
        raise ValueError(f"{FILE} at that commit holds no stages")
    return stages


def _of_stage(place: str, stage: _Entry, declared: _Entry, tracked: Tracked) -> Iterator[Problem]:
    command = declared.get("cmd")
    if stage["cmd"] != command:
        yield Problem(_LOCK, f"{place}.cmd", f"is {stage['cmd']!r}, {FILE} at that commit has {command!r}")
    for key, kinds in (("deps", ("deps",)), ("outs", ("outs", "metrics", "plots"))):
        wanted = sorted(path for kind in kinds for path in paths(declared.get(kind, [])))
        found = sorted(each["path"] for each in stage.get(key, []))
        if found != wanted:
            differing = sorted({*found} ^ {*wanted}) or found
            yield Problem(_LOCK, f"{place}.{key}", f"is not as {FILE} at that commit has it: {', '.join(differing)}")
    yield from _of_params(f"{place}.params", stage.get("params", {}), declared.get("params", []), tracked)


def _of_params(place: str, found: Any, declared: list[Any], tracked: Tracked) -> Iterator[Problem]:
    wanted: dict[str, list[str] | None] = {}
    for item in declared:
        for file, keys in item.items() if isinstance(item, dict) else (("params.yaml", [item]),):
            wanted[file] = None if keys is None else [*(wanted.get(file) or []), *keys]
    if not isinstance(found, dict) or found.keys() != wanted.keys():
        yield Problem(_LOCK, place, f"is not of the files that {FILE} at that commit names: {', '.join(wanted)}")
        return
    for file, keys in wanted.items():
        values = found[file] if isinstance(found[file], dict) else {}
        if keys is not None and values.keys() != {*keys}:
            yield Problem(_LOCK, f"{place}.{file}", f"has other keys than {FILE} at that commit")
        for key, value in values.items():
            known, right = tracked.parameter(file, str(key))
            if known and not _same(value, right):
                yield Problem(_LOCK, f"{place}.{file}.{key}", f"is not what {file} at that commit has")


def _same(locked: Any, declared: Any) -> bool:
    """Whether two values are the same, though DVC and we read words and numbers by other versions of YAML."""
    if isinstance(locked, dict) and isinstance(declared, dict):
        return locked.keys() == declared.keys() and all(_same(locked[key], declared[key]) for key in locked)
    if isinstance(locked, list) and isinstance(declared, list):
        return len(locked) == len(declared) and all(map(_same, locked, declared))
    if isinstance(locked, dict | list) or isinstance(declared, dict | list):
        return False
    return bool(locked == declared) or str(locked).lower() == str(declared).lower()


def _conflicting_hashes(
    stages: Mapping[str, _Entry], tracked: Tracked, made: Mapping[str, _Entry]
) -> Iterator[Problem]:
    written = {each["path"]: each for stage in stages.values() for each in stage.get("outs", [])}
    for name, stage in stages.items():
        for each in stage.get("outs", []):
            if each["path"] in made:
                yield from _compared(f"stages.{name}.outs", each, made[each["path"]], "the bundle")
        for each in stage.get("deps", []):
            path = each["path"]
            if path in written:
                yield from _compared(f"stages.{name}.deps", each, written[path], "the stage that writes it")
            elif not any(overlap(path, other) for other in written):
                yield from _of_input(f"stages.{name}.deps", each, tracked.entry)


def _of_input(place: str, found: _Entry, entry: Callable[[str], _Entry | None]) -> Iterator[Problem]:
    right = entry(found["path"])
    if right is not None:
        yield from _compared(place, found, right, "the commit")


def _compared(place: str, found: _Entry, right: Mapping[str, Any], source: str) -> Iterator[Problem]:
    for key in ("md5", "size", "nfiles"):
        if key in right and found.get(key) != right[key]:
            field = f"{place}[{found['path']}].{key}"
            yield Problem(_LOCK, field, f"is {found.get(key)}, by {source} it is {right[key]}")
            return
