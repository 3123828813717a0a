"""Forgeries of JSON: every leaf altered, every key and item taken out, and one more put in everywhere."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

from mlops_spec.engines.dvc.listing import md5
from mlops_spec.package.manifest import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]
_TURNED = {"pass": "fail", "fail": "pass", ">=": "<=", "<=": ">=", "=": ">="}


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all values that hold no others."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield path
    else:
        for key, each in inner:
            yield from leaves(each, (*path, key))


def changed(value: Any, path: Path) -> Any:
    """The value with another leaf of the same type where there is one."""
    holder = at(value, path[:-1])
    return replaced(value, path, _other(holder[path[-1]]))


def forgeries(value: Any) -> Iterator[tuple[str, Path, Any]]:
    """Each with what was done (`altered`, `lessened`, `emptied`, `deleted`, `added`) and where."""
    for path in leaves(value):
        old = at(value, path)
        yield "altered", path, changed(value, path)
        if isinstance(old, float | int) and not isinstance(old, bool):
            yield "lessened", path, replaced(value, path, old - 1 if isinstance(old, int) else old - 0.0625)
        if old is not None:
            yield "emptied", path, replaced(value, path, None)
    for path in holders(value):
        held = at(value, path)
        keys = list(held) if isinstance(held, dict) else range(len(held))
        for key in keys:
            yield "deleted", (*path, key), _without(value, path, key)
        more = held | {"more": 1} if isinstance(held, dict) else [*held, *copy.deepcopy(held[-1:] or [1])]
        yield "added", path, replaced(value, path, more)


def holders(value: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all objects and lists."""
    if isinstance(value, dict | list):
        yield path
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from holders(each, (*path, key))


def at(value: Any, path: Path) -> Any:
    """What stands at a place."""
    for step in path:
        value = value[step]
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy with something else at a place."""
    if not path:
        return new
    made = copy.deepcopy(value)
    at(made, path[:-1])[path[-1]] = new
    return made


def with_evaluation(files: Mapping[str, bytes], record: Any) -> dict[str, bytes]:
    """Another evaluation, of which the lock tells."""
    made = canonical(record)
    lock = _locked(files["dvc.lock"], "build/evaluate/evaluation.json", md5(made), len(made))
    return {**files, "evaluation.json": made, "dvc.lock": lock}


def with_manifest(files: Mapping[str, bytes], record: Any) -> dict[str, bytes]:
    """Another manifest, of which listing and lock tell."""
    made, listed = canonical(record), json.loads(files["package.dir"])
    next(each for each in listed if each["relpath"] == "manifest.json")["md5"] = md5(made)
    package = json.dumps(listed, sort_keys=True).encode()
    size = len(made) + sum(file["bytes"] for file in json.loads(files["manifest.json"])["files"])
    lock = _locked(files["dvc.lock"], "build/package", f"{md5(package)}.dir", size)
    return {**files, "manifest.json": made, "package.dir": package, "dvc.lock": lock}


def _locked(lock: bytes, path: str, hashed: str, size: int) -> bytes:
    """The lock with another hash and size of an output, wherever it is named."""
    entry = rb"(path: %s\n\s+hash: md5\n\s+md5: )\S+(\n\s+size: )\d+" % re.escape(path.encode())
    return re.sub(entry, rb"\g<1>%s\g<2>%d" % (hashed.encode(), size), lock)


def _other(old: Any) -> Any:
    if isinstance(old, str):
        if re.fullmatch("[0-9a-f]{40,64}", old):
            return old[:-1] + ("1" if old[-1] != "1" else "2")
        return _TURNED.get(old, f"{old}x")
    if isinstance(old, bool):
        return not old
    return 0.123 if old is None else old + 1 if isinstance(old, int) else old + 0.0625


def _without(value: Any, path: Path, key: Any) -> Any:
    made = copy.deepcopy(value)
    del at(made, path)[key]
    return made
