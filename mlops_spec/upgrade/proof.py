"""Proof of an upgrade: what two versions of mlops-spec make of one repository, compared (stages, gates, guards)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlops_spec.plan.difference import ABSENT, differences, shown
from mlops_spec.plan.guards import weakened
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlops_spec.plan import Change
    from mlops_spec.spec.weakening import Weakening

    Described = Mapping[str, Any]  # what `probe` tells


@dataclass(frozen=True)
class Differing:
    """A stage or a gate that the versions don't agree on; `keys` say how, as `key: old → new`."""

    name: str
    change: Change
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """What the new version makes of the repository, and where that is not what the old one made."""

    stages: tuple[str, ...]
    gates: tuple[str, ...]
    differing_stages: tuple[Differing, ...]
    differing_gates: tuple[Differing, ...]
    weakened: tuple[Weakening, ...]
    unknown: tuple[str, ...]  # what the old version made of the spec and the new one does not know or take

    @property
    def same(self) -> bool:
        """Whether all that is held against each other is as it was."""
        return not (self.differing_stages or self.differing_gates or self.weakened or self.unknown)


def prove(old: Described, new: Described) -> Proof:
    """Compares by what holds, defaults included, however the spec says it."""
    before, unknown = _read_spec(old["spec"])
    after, _ = _read_spec(new["spec"])
    guards = weakened(before, after) if before and after else ()
    gates_before, gates_after = _gates_by_id(old), _gates_by_id(new)
    return Proof(
        stages=tuple(new["stages"]),
        gates=tuple(gates_after),
        differing_stages=tuple(_differing(old["stages"], new["stages"])),
        differing_gates=tuple(_differing(gates_before, gates_after)),
        weakened=guards,
        unknown=unknown,
    )


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Differing]:
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield Differing(name, "removed")
        elif name not in old:
            yield Differing(name, "added")
        elif keys := tuple(_keys(old[name], new[name])):
            yield Differing(name, "changed", keys)


def _keys(old: Any, new: Any) -> Iterator[str]:
    for each in differences("", old, new):
        was, now = ("(none)" if value is ABSENT else shown(value) for value in (each.old, each.new))
        yield f"{each.key.lstrip('.')}: {was} → {now}"


def _gates_by_id(described: Described) -> dict[str, Any]:
    gates: dict[str, Any] = {name: {} for name in described["always"]}
    seen: Counter[str] = Counter()
    for name, gate in zip(described["gates"], described["spec"]["gates"], strict=True):
        seen[name] += 1
        gates[name if seen[name] == 1 else f"{name} ({seen[name]})"] = _without_unset(gate)
    return gates


def _without_unset(gate: Any) -> Any:
    """Without what is left open: a key that a later version knows too is no difference until it says something."""
    return {name: value for name, value in gate.items() if value is not None}


def _read_spec(data: Any) -> tuple[Spec | None, tuple[str, ...]]:
    unknown: list[str] = []
    while True:
        try:
            return Spec.model_validate_json(json.dumps(data)), tuple(unknown)
        except ValidationError as invalid:
            extra = [error["loc"] for error in invalid.errors() if error["type"] == "extra_forbidden"]
            if not extra:  # so guards can't be compared as a whole; gates and stages still are, by what was told
                refused = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in invalid.errors())
                return None, (*unknown, *refused)
            unknown += [_remove_at(data, place) for place in extra]


def _remove_at(data: Any, place: Sequence[str | int]) -> str:
    steps = list(_steps(data, place))
    for step in steps[:-1]:
        data = data[step]
    del data[steps[-1]]
    return ".".join(map(str, steps))


def _steps(data: Any, place: Iterable[str | int]) -> Iterator[str | int]:
    for step in place:
        if isinstance(step, int) if isinstance(data, list) else step in data:
            yield step
            data = data[step]
