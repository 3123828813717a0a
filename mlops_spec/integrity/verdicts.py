"""The verdicts that a gate's own numbers allow, by what the spec demands of it; what is unknown never passes.

Not all that decided is in the numbers, such as how many positives there are or rows of a group, so several are allowed:
the one that the numbers give, and `inconclusive`. A pass that the numbers don't give is never among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.gates import kind_called
from mlops_spec.spec.gates.verdicts import sided, worst

if TYPE_CHECKING:
    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.result import Compared, Outcome, Result


def allowed(demand: Demand, found: Result, rows: int, part_rows: int | None = None) -> frozenset[Outcome]:
    """The verdicts that the numbers allow; `rows` of the test, `part_rows` of a slice where they are known."""
    own = frozenset(kind_called(demand.kind).allowed(demand, found, rows, part_rows))
    if found.anchor is None:
        return own
    beside = _by_anchor(demand, found.anchor)
    if demand.environment is not None:  # it must be as good as both
        return frozenset(worst((one, other)) for one in own for other in beside)
    held = "inconclusive" in own and "pass" in beside and sided(found, demand.least, demand.most) == "inconclusive"
    return own | {"pass"} if held else own


def _by_anchor(demand: Demand, anchor: Compared) -> set[Outcome]:
    alike = anchor.value == anchor.low == anchor.high == 0
    return {"inconclusive", "pass" if alike else sided(anchor, *demand.beside_anchor)}
