"""Gates that stop less: dropped, or with a bound that moved the easy way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.weakening import changed, dropped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.gate import Gate
    from mlops_spec.spec.weakening import Weakening


def gates(old: Spec, new: Spec) -> Iterator[Weakening]:
    """Compares gates of one id in their order; several of one id are a floor and a ceiling, mostly."""
    for name in dict.fromkeys(gate.id for gate in old.gates):
        before, after = _called(name, old), _called(name, new)
        yield from (each for gate in before for each in _fewest_weakenings(name, gate, after))


def _called(name: str, spec: Spec) -> list[Gate]:
    return [gate for gate in spec.gates if gate.id == name]


def _fewest_weakenings(name: str, gate: Gate, candidates: list[Gate]) -> list[Weakening]:
    found = [[*_compare(f"gates/{name}", gate, candidate)] for candidate in candidates]
    return min(found, key=len) if found else [*dropped(f"gates/{name}")]


def _compare(where: str, old: Gate, new: Gate) -> Iterator[Weakening]:
    weaker = new.reviewed and not old.reviewed
    yield from changed(f"{where} on_inconclusive", "block", "review", weaker=weaker)
    if new.kind == old.kind:
        yield from old.weakenings(new, where)
