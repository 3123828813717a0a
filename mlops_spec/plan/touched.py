"""The gates and environments that a change of the spec touches, stricter or weaker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.plan import Touched
from mlops_spec.plan.difference import differences
from mlops_spec.spec.gates import gate_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.spec import Spec


def touched_gates(old: Spec | None, new: Spec) -> tuple[Touched, ...]:
    """The gates that differ, by their ids."""
    return tuple(_touched(_gates_by_id(old), _gates_by_id(new)))


def touched_environments(old: Spec | None, new: Spec) -> tuple[Touched, ...]:
    """The environments that differ, by their names."""
    return tuple(_touched(_environments(old), _environments(new)))


def _gates_by_id(spec: Spec | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for gate in spec.gates if spec else ():
        found.setdefault(gate_id(gate), []).append(gate.model_dump())
    return {name: gates[0] if len(gates) == 1 else gates for name, gates in found.items()}


def _environments(spec: Spec | None) -> dict[str, Any]:
    return {name: each.model_dump() for name, each in spec.environments.items()} if spec else {}


def _touched(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Touched]:
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield Touched(name, "removed")
        elif name not in old:
            yield Touched(name, "added")
        elif old[name] != new[name]:
            keys = (each.key.lstrip(".") for each in differences("", old[name], new[name]))
            yield Touched(name, "changed", tuple(keys))
