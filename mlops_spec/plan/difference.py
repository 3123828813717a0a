"""The differences between two values of the spec, key by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.words.value import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

ABSENT: Any = object()


class Difference(NamedTuple):
    """The key and its two values; `ABSENT` where there is none."""

    key: str
    old: Any
    new: Any


def differences(key: str, old: Any, new: Any) -> Iterator[Difference]:
    """Goes down to the keys that differ; a list of another length, or an item of another kind, is one difference.

    >>> [*differences("train", {"seed": 7, "params": {"rate": 0.08}}, {"seed": 7, "params": {"rate": 0.05}})]
    [Difference(key='train.params.rate', old=0.08, new=0.05)]
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            yield from differences(f"{key}.{name}", old.get(name, ABSENT), new.get(name, ABSENT))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _of_items(f"{key}[{place}]", one, other)
    elif old != new:
        yield Difference(key, old, new)


def _of_items(key: str, old: Any, new: Any) -> Iterator[Difference]:
    """An item with other keys is another thing, not the same one changed."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() != new.keys():
        yield Difference(key, old, new)
    else:
        yield from differences(key, old, new)


def at(data: Any, key: str) -> Any:
    """The value at a dotted key, or `ABSENT`."""
    for name in key.split("."):
        if not isinstance(data, dict) or name not in data:
            return ABSENT
        data = data[name]
    return data


def shown(value: Any) -> str | None:
    """A value as a plan says it, shortened; None for an absent one."""
    return None if value is ABSENT else shortened(value)
