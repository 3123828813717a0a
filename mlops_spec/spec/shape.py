"""What the spec may hold at an address, read from the checked-in JSON Schema: for saying what would have been right."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Address

CHECKED_IN = Path(__file__).parent.parent / "schema.json"

Schema = dict[str, Any]


def at(address: Address, data: Any) -> list[Schema]:
    """The schemas that the value at `address` may follow, several in a union; `data` is the whole spec."""
    found, here = list(_branches(_root(), data)), data
    for step in address:
        here = _below(here, step)
        found = [branch for schema in found for child in _children(schema, step) for branch in _branches(child, here)]
    return found


def keys(address: Address, data: Any) -> list[str]:
    """The keys that the mapping at `address` may have."""
    return [name for schema in at(address, data) for name in schema.get("properties", {})]


@cache
def _root() -> Schema:
    schema: Schema = json.loads(CHECKED_IN.read_text(encoding="utf-8"))
    return schema


def _children(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        if "items" in schema:
            yield schema["items"]
    elif step in schema.get("properties", {}):
        yield schema["properties"][step]
    elif isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]


def _branches(schema: Schema, data: Any) -> Iterator[Schema]:
    """Follows references and unions; of gates only the kind that the data shows."""
    if "$ref" in schema:
        yield from _branches(_definition(schema), data)
    elif "oneOf" in schema:
        yield from _branches(_asked_for(schema["oneOf"], data), data)
    elif "anyOf" in schema:
        for branch in schema["anyOf"]:
            yield from _branches(branch, data)
    else:
        yield schema


def _definition(schema: Schema) -> Schema:
    found: Schema = _root()["definitions"][schema["$ref"].rpartition("/")[2]]
    return found


def _asked_for(union: list[Schema], data: Any) -> Schema:
    """The branch whose first required key, which tells a kind of gate from the others, is there; else the first."""
    there = data if isinstance(data, dict) else {}
    return next((branch for branch in union[1:] if _definition(branch)["required"][0] in there), union[0])


def _below(data: Any, step: str | int) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None
