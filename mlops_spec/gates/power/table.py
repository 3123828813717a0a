"""The power of gates as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.gates.power.chance import LIKELY, together
from mlops_spec.words.value import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.gates.power.chance import Power

_SIGNS = {">=": "≥", "<=": "≤"}
_HEADER = ("gate", "bound", "equal model", "rows bear", "held within")


def lines(found: Sequence[Power], rows: int) -> Iterator[str]:
    """A line for each gate, and what they come to together."""
    cells = [_HEADER, *map(_cells, found)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADER))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    alone, held = together(found), together(found, held=True)
    yield f"On {rows:,} other rows a model as good as this one passes all by its own intervals in about {alone:.0%};"
    yield f"where anchors hold those with a margin, in about {held:.0%}."
    if any(each.chance is None for each in found):
        yield "Gates without a chance were not measured yet; they are left out of it."


def _cells(each: Power) -> tuple[str, ...]:
    sign = "" if each.bound is None else _SIGNS.get(each.bound[0], each.bound[0])
    bound = "" if each.bound is None else f"{sign} {plain(each.bound[1])}"
    chance = "–" if each.chance is None else f"{each.chance:.1%}"
    bears = "–" if each.bears is None else f"{sign} {plain(each.bears)}"
    enough = each.chance is None or each.chance >= LIKELY
    margin = "" if each.margin is None else plain(each.margin)
    return each.id, bound, chance + ("" if enough else " !"), bears, margin
