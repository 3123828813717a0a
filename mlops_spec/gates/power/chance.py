"""The chance, gate by gate, that a model as good as the judged one passes on as many other rows.

Its value comes out as far from the truth as the interval is wide, and its interval is as wide again. So it passes a
bound at the distance d from the value in Phi((d - h) / s), where h is the half of the interval that faces the bound
and s = h / z its standard error. Source: the power of the one-sided z test (Cohen, "Statistical Power Analysis", 1988).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from mlops_spec.integrity.judgement import pair
from mlops_spec.spec.gates import kind_called

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.result import Result

_NORMAL = NormalDist()
LIKELY = 0.99  # how likely an equal model should pass one gate: of ten, nine in ten pass them all
# Another seed moves the difference of two models about as much as other rows do: the starter's 0.0017 and 0.0017.
_WITH_SEED = sqrt(2)


@dataclass(frozen=True)
class Power:
    """A gate: `chance` that an equal model passes by its interval, and the bound that it `bears` with 99 %.

    Both are None where no interval was measured. `facing` is the half of the interval that faces the bound.
    """

    id: str
    bound: tuple[str, float] | None
    chance: float | None = None
    bears: float | None = None
    facing: float | None = None
    margin: float | None = None


def powers(spec: Spec, gates: Sequence[Result]) -> list[Power]:
    """One for each result that rests on rows; of a column those of its values."""
    paired, _, _ = pair(spec, gates)
    confidence = spec.evaluate.confidence
    return [
        _power(demand, found, _NORMAL.inv_cdf((1 + confidence) / 2))
        for demand, found in paired
        if kind_called(demand.kind).of_rows and (demand.column is None or found.slice is not None)
    ]


def together(found: Sequence[Power], *, held: bool = False) -> float:
    """The chance that all pass, were they independent; `held`: where gates with a margin are held by their anchors."""
    return prod(each.chance for each in found if each.chance is not None and not (held and each.margin))


def _power(demand: Demand, found: Result, z: float) -> Power:
    bound = demand.bound(found.value)
    margin = None if demand.environment is not None else demand.margin
    if found.value is None or found.low is None or found.high is None or bound is None or found.low >= found.high:
        return Power(found.id, bound, margin=margin)
    value, spread = found.value, 1.0
    if demand.environment is not None:  # an equal model is ahead by nothing
        value, spread = 0.0, _WITH_SEED
    up = bound[0] == ">="
    facing = found.value - found.low if up else found.high - found.value
    if facing <= 0:
        return Power(found.id, bound, margin=margin)
    error, sign = spread * facing / z, 1 if up else -1
    ahead = sign * (value - bound[1]) - facing
    bears = value - sign * (facing + _NORMAL.inv_cdf(LIKELY) * error)
    return Power(found.id, bound, _NORMAL.cdf(ahead / error), bears, facing, margin)
