"""The shape of the spec at an address, from the checked-in JSON Schema: tells what would have been right there."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address

CHECKED_IN = Path(__file__).parent.parent / "schema.json"

Schema = dict[str, Any]


def at(address: Address, data: Any, top: str = "") -> list[Schema]:
    """The schemas that the value at `address` may follow, several in a union; `data` is the whole spec.

    `top` names the definition that `data` as a whole follows, where that is not the spec.
    """
    found, here = list(_resolved_branches(_named(top) if top else root(), data)), data
    for step in address:
        here = _below(here, step)
        found = [
            branch
            for schema in found
            for child in _children(schema, step)
            for branch in _resolved_branches(child, here)
        ]
    return found


def keys(address: Address, data: Any, top: str = "") -> list[str]:
    """The keys that the mapping at `address` may have."""
    return list(dict.fromkeys(name for schema in at(address, data, top) for name in schema.get("properties", {})))


def alternatives(schema: Schema) -> list[Schema]:
    """The schemas that a value may follow, each kind of a union; references are followed."""
    if "$ref" in schema:
        return alternatives(_definition(schema))
    union = schema.get("oneOf") or schema.get("anyOf")
    return [branch for each in union for branch in alternatives(each)] if union else [schema]


@cache
def root() -> Schema:
    """The schema of a whole spec; each kind of a union has the union's description."""
    import json  # noqa: PLC0415 - only a spec that is wrong needs it

    schema: Schema = json.loads(CHECKED_IN.read_text(encoding="utf-8"), object_hook=_described)
    return schema


def _described(schema: Schema) -> Schema:
    if isinstance(schema.get("description"), str):
        for branch in schema.get("anyOf", ()):
            branch.setdefault("description", schema["description"])
    return schema


def _children(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        if "items" in schema:
            yield schema["items"]
    elif step in schema.get("properties", {}):
        yield schema["properties"][step]
    elif isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]


def _resolved_branches(schema: Schema, data: Any) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _resolved_branches(_definition(schema), data)
    elif "oneOf" in schema:
        for branch in _kinds_shown(schema["oneOf"], data):
            yield from _resolved_branches(branch, data)
    elif "anyOf" in schema:
        for branch in schema["anyOf"]:
            yield from _resolved_branches(branch, data)
    else:
        yield schema


def _definition(schema: Schema) -> Schema:
    return _named(schema["$ref"].rpartition("/")[2])


def _named(definition: str) -> Schema:
    found: Schema = root()["definitions"][definition]
    return found


def told_by(kind: Schema) -> tuple[str, str] | None:
    """The key of a kind whose one value tells it from the others, and that value; None where a key's presence does."""
    return next(((name, field["const"]) for name, field in kind["properties"].items() if "const" in field), None)


def _kinds_shown(union: list[Schema], data: Any) -> list[Schema]:
    """The kind that the value of its telling key says, or whose first required key is there; all when none is.

    A kind of the second sort has a key that no other has but a plain metric's.
    """
    there = data if isinstance(data, dict) else {}
    kinds = [(branch, _definition(branch)) for branch in union]
    if told_by(kinds[0][1]) is not None:
        return [branch for branch, kind in kinds if _is_told(kind, there)] or union
    (plain, of_plain), *others = kinds
    for branch, kind in others:
        if kind["required"][0] in there:
            return [branch]
    required = of_plain.get("required")
    return [plain] if not required or required[0] in there else union


def _is_told(kind: Schema, there: dict[str, Any]) -> bool:
    name, value = told_by(kind) or ("", "")
    return bool(there.get(name, kind["properties"][name].get("default")) == value)


def _below(data: Any, step: str | int) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None
