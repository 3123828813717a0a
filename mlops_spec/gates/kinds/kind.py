"""The parts of a kind of gate: its results, the attacks on it, and what makes it unable to fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.gates.attacks.attack import Attack
    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.result import GateResult

G = TypeVar("G")


@dataclass(frozen=True)
class Kind(Generic[G]):
    """All of a kind; none of it has a default, so that no kind forgets one.

    `results` gives one result, or first that of a column and then its values'. `weaknesses` gives what a gate can't see
    and why, before anyone attacks it.
    """

    results: Callable[[Case, G], Iterator[GateResult]]
    attacks: tuple[Attack[G], ...]
    weaknesses: Callable[[Case, G], Iterator[tuple[str, str]]]


def sees_all(case: Case, gate: object) -> Iterator[tuple[str, str]]:
    """The weaknesses of a gate that has none of its own."""
    del case, gate
    yield from ()
