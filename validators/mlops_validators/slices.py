"""A measure in every value of a column, and one verdict that allows for their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_validators.multiplicity import holm, p_beyond
from mlops_validators.verdict import FEWEST_ROWS, Verdict, judge, undecided

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlops_validators.interval import Interval


@dataclass(frozen=True)
class Slice:
    """What was measured on the rows that share a value.

    >>> Slice(3, None, "one class only").reason
    'one class only'
    """

    rows: int
    interval: Interval | None
    reason: str = ""
    """Why there is no interval: such as one class only."""


def judge_slices(
    slices: Mapping[str, Slice],
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    min_rows: int = FEWEST_ROWS,
) -> dict[str, Verdict]:
    """A verdict for each slice, allowing for their number; the bounds as `judge`.

    The gate passes only if every slice does, so a slice may pass on its own interval: all passing by mistake is rarer
    than one (the intersection-union test; Berger 1982). But among many good slices one looks bad by chance, so a slice
    fails only if its p-value adjusted by Holm is below (1 - confidence) / 2; between the two it is inconclusive.

    Raises:
        ValueError: as `judge`.

    Source: Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling" (Technometrics 1982); Holm 1979.

    >>> from mlops_validators.interval import Interval
    >>> bad, good = Interval(0.66, 0.63, 0.69, "delong"), Interval(0.8, 0.78, 0.82, "delong")
    >>> judge_slices({"a": Slice(500, good), "b": Slice(500, bad)}, minimum=0.7)["b"].verdict
    'fail'
    """
    verdicts = {name: _alone(found, minimum, maximum, min_rows) for name, found in slices.items()}
    chances = {name: _p_value(found.interval, minimum, maximum) for name, found in slices.items() if found.interval}
    if not chances:
        return verdicts
    for name, chance in zip(chances, holm(list(chances.values())), strict=True):
        verdicts[name] = _corrected(verdicts[name], slices[name], float(chance), len(chances))
    return verdicts


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The one that decides: a failure before what is inconclusive before a pass; none at all is inconclusive.

    Source: by definition, fail-closed.

    >>> worst([]).verdict
    'inconclusive'
    """
    if not verdicts:
        return undecided("there is nothing to judge")
    return min(verdicts, key=lambda verdict: ("fail", "inconclusive", "pass").index(verdict.verdict))


def _alone(found: Slice, minimum: float | None, maximum: float | None, min_rows: int) -> Verdict:
    if found.interval is None:
        return undecided(f"{found.reason} ({found.rows} rows)")
    return judge(found.interval, minimum=minimum, maximum=maximum, rows=found.rows, min_rows=min_rows)


def _p_value(found: Interval, minimum: float | None, maximum: float | None) -> float:
    if not found.known:
        return 1.0
    if minimum is not None and found.value < minimum:
        return p_beyond(found, minimum)
    return p_beyond(found, maximum) if maximum is not None and found.value > maximum else 1.0


def _corrected(alone: Verdict, found: Slice, chance: float, among: int) -> Verdict:
    if alone.verdict != "fail" or found.interval is None or chance < (1 - found.interval.confidence) / 2:
        return alone
    return undecided(f"{alone.reason}, but among {among} slices that may be chance (Holm p = {chance:.2g})")
