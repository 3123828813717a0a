"""The bounds that the rows bear, written into the spec: the first run's for measures, the margin for the champion.

Bounds of fairness and robustness are promises to people, not to be loosened because rows are few; they are only told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.edit import splice, written
from mlops_spec.spec.gates import gate_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Edit
    from mlops_spec.gates.power.chance import Power
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.gate import Gate


class Suggestion(NamedTuple):
    """A number for a key of a gate."""

    place: int  # of the gate, in the spec's order
    gate: str
    key: str
    old: float | None
    new: float


def suggestions(spec: Spec, found: Sequence[Power]) -> Iterator[Suggestion]:
    """What would change, gate by gate; nothing where it stands so."""
    for place, gate in enumerate(spec.gates):
        name = gate_id(gate)
        mine = [
            each for each in found if each.bears is not None and (each.id == name or each.id.startswith(f"{name}/"))
        ]
        for key, new in _of(gate, mine) if mine else ():
            old = getattr(gate, key)
            if old != new:
                yield Suggestion(place, name, key, old, new)


def _of(gate: Gate, mine: Sequence[Power]) -> Iterator[tuple[str, float]]:
    wide = max(each.facing or 0.0 for each in mine)
    yield from gate.bearable([each.bears for each in mine if each.bears is not None], wide)


def rewritten(document: Document, wanted: Sequence[Suggestion]) -> tuple[str, list[Suggestion]]:
    """The text with the numbers in it, and those that a person must write, in a shape that is not foreseen."""
    edits: list[tuple[Edit, ...]] = []
    left = []
    for each in wanted:
        edit = written(document, ("gates", each.place, each.key), f"{each.new:g}")
        if edit is None:
            left.append(each)
        else:
            edits.append((edit,))
    return splice(document.text, edits)[0], left
