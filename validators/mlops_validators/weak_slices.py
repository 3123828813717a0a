"""The slices that nobody named: a measure on every value of every column, and the one slice that decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_validators.binning import bins_of, places
from mlops_validators.categories import MISSING, Categories, as_column, categories, missing
from mlops_validators.intervals import estimate, interval, named
from mlops_validators.multiplicity import widened
from mlops_validators.verdict import FEWEST_ROWS, Verdict, check_bounds, judge, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Integers
    from mlops_validators.interval import Interval
    from mlops_validators.measures import Measure

BINS = 4
Condition = tuple[str, str]


@dataclass(frozen=True)
class WeakSlice:
    """Rows that meet one or two conditions, and the measure on them.

    >>> from mlops_validators.interval import Interval
    >>> WeakSlice((("place", "york"), ("sex", "male")), 400, Interval(0.6, 0.57, 0.63, "delong")).name
    'place=york & sex=male'
    """

    conditions: tuple[Condition, ...]
    """Column and value, or interval of values."""
    rows: int
    interval: Interval

    @property
    def name(self) -> str:
        """`education=high_school & sex=male`."""
        return " & ".join(f"{column}={value}" for column, value in self.conditions)


@dataclass(frozen=True)
class Search:
    """The slices that were looked at; `undefined` of as many rows have no value, such as those of one class only.

    >>> Search((), undefined=3).slices
    ()
    """

    slices: tuple[WeakSlice, ...]
    undefined: int
    reach: tuple[float, float] = (-np.inf, np.inf)
    """The least and the greatest value that the measure can have."""


def search_slices(  # noqa: PLR0913
    measure: str | Measure,
    y_true: ArrayLike,
    y_score: ArrayLike,
    features: Mapping[str, ArrayLike],
    *,
    min_rows: int = 100,
    depth: int = 1,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    **options: Any,
) -> Search:
    """The measure's interval, in its unit, on every slice of `min_rows` rows or more; `judge_search` finds the worst.

    A slice is a value of a column (numbers of many values are cut at their quartiles, missing is a value), and with
    `depth` 2 every pair of them too. It costs one interval for each: with `roc_auc` 0.1 ms, where it needs a bootstrap
    10 to 20 ms.

    Args:
        measure: a name of `MEASURES`, or a measure of your own.
        y_true: shape (n,).
        y_score: (n,) or (n, k).
        features: columns by name, each (n,); they need not be the model's.
        min_rows: smaller slices are not looked at.
        depth: 1 or 2 conditions.
        groups: rows that depend on each other, shape (n,).
        weights: what each row counts, shape (n,).
        options: of `interval`: confidence, resamples, seed, threshold.

    Raises:
        ValueError: lengths differ, the measure is undefined over all rows, or an option is out of range.

    Source: as `interval`; the slices as Chung et al., "Slice Finder" (ICDE 2019).

    >>> place = np.arange(2000) % 5
    >>> truth = np.arange(2000) // 5 % 2
    >>> score = np.where((place == 3) & (np.arange(2000) % 3 == 0), 1 - truth, truth)
    >>> search = search_slices("accuracy", truth, score, {"place": place})
    >>> [(one.name, round(one.interval.value, 2)) for one in search.slices if one.interval.value < 1]
    [('place=3', 0.67)]
    """
    truth, score, known = np.asarray(y_true), np.asarray(y_score), named(measure)
    # What is wrong with the rows is told of all of them; it must not hide as slices without a value.
    estimate(known, truth, score, threshold=options.get("threshold", 0.5), groups=groups, weights=weights)
    design = {name: np.asarray(of) for name, of in (("groups", groups), ("weights", weights)) if of is not None}
    found, undefined = [], 0
    for conditions, rows in slices_of(features, len(truth), min_rows=min_rows, depth=depth):
        part: dict[str, Any] = {name: of[rows] for name, of in design.items()}
        try:
            each = interval(known, truth[rows], score[rows], **part, **options)
        except ValueError:
            undefined += 1
        else:
            found.append(WeakSlice(conditions, len(rows), each))
    return Search(tuple(found), undefined, (known.low, known.high))


def slices_of(
    features: Mapping[str, ArrayLike], rows: int, *, min_rows: int = 100, depth: int = 1
) -> Iterator[tuple[tuple[Condition, ...], Integers]]:
    """Conditions, and the positions of the `min_rows` rows or more that meet them; arguments as `search_slices`.

    Raises:
        ValueError: an option is out of range, there are no features, or one has not a value for each of the rows.

    >>> [(name, len(rows)) for name, rows in slices_of({"odd": np.arange(90) % 2}, 90, min_rows=30)]
    [((('odd', '0'),), 45), ((('odd', '1'),), 45)]
    """
    if depth not in {1, 2} or min_rows < FEWEST_ROWS or not features:
        raise ValueError(f"`depth` must be 1 or 2, `min_rows` at least {FEWEST_ROWS}, and there must be features")
    columns = {name: _coded(name, column, rows) for name, column in features.items()}
    for name, cut in columns.items():
        for code, inside in _code_positions(cut.codes, min_rows):
            yield ((name, cut.names[code]),), inside
    for (one, left), (two, right) in combinations(columns.items(), 2) if depth == 2 else ():
        width = len(right.names)
        both = left.codes.astype(np.min_scalar_type(len(left.names) * width))
        both *= width
        both += right.codes
        for cell, inside in _code_positions(both, min_rows):
            yield ((one, left.names[cell // width]), (two, right.names[cell % width])), inside


def judge_search(
    search: Search, *, minimum: float | None = None, maximum: float | None = None
) -> tuple[Verdict, WeakSlice | None]:
    """The verdict over all slices, and the slice that decides: the one that stands worst against its bound.

    As `judge_slices`: it passes only if every slice does, each on its own interval, and fails only if a slice breaks
    the bound by more than the search explains. So of the deciding interval, which comes back with the slice, the end
    that must keep the bound is the slice's own, and the one that would prove it broken is corrected for the number of
    slices. Where none is weak, the chance that one is named is at most (1 - confidence) / 2.

    Raises:
        ValueError: no bound, a bound that is no finite number, or a minimum above the maximum.

    Source: the problem as in Chung et al., "Slice Finder" (ICDE 2019); Berger 1982 for the pass.

    >>> from mlops_validators.interval import Interval
    >>> weak = WeakSlice((("place", "york"),), 400, Interval(0.6, 0.57, 0.63, "delong"))
    >>> verdict, slice = judge_search(Search((weak,) * 100, 0), minimum=0.65)
    >>> verdict.verdict, round(slice.interval.high, 3)
    ('inconclusive', 0.653)
    """
    check_bounds(minimum, maximum)
    if not search.slices:
        reason = "no slice has enough rows" if not search.undefined else "the measure is undefined in every slice"
        return undecided(reason), None
    bounds = [(side, bound) for side, bound in (("min", minimum), ("max", maximum)) if bound is not None]
    pairs = [
        (_standing(one.interval, side, bound), one, side, bound) for one in search.slices for side, bound in bounds
    ]
    _, worst, side, bound = min(pairs, key=lambda pair: pair[0])
    wide = widened(worst.interval, len(search.slices))
    if side == "min":
        decider = replace(worst, interval=replace(worst.interval, high=min(wide.high, search.reach[1])))
        verdict = judge(decider.interval, minimum=bound, rows=worst.rows)
    else:
        decider = replace(worst, interval=replace(worst.interval, low=max(wide.low, search.reach[0])))
        verdict = judge(decider.interval, maximum=bound, rows=worst.rows)
    return replace(verdict, reason=f"{_told(worst, search)}: {verdict.reason}"), decider


def _told(worst: WeakSlice, search: Search) -> str:
    without = f", {search.undefined} without a value" if search.undefined else ""
    return f"{worst.name} ({worst.rows} rows), the worst of {len(search.slices)} slices{without}"


def _standing(found: Interval, side: str, bound: float) -> float:
    """How far on the right side of its bound a slice is, in half widths of its interval; 0 when that is not known.

    Below the corrected factor of `widened`, negative, is a failure; from 1 on a pass.
    """
    ahead = found.value - bound if side == "min" else bound - found.value
    facing = found.value - found.low if (ahead > 0) == (side == "min") else found.high - found.value
    return ahead / facing if found.known and facing > 0 else 0.0


def _coded(name: str, column: ArrayLike, rows: int) -> Categories:
    values = as_column(column)
    if values.shape != (rows,):
        raise ValueError(f"`{name}` has shape {values.shape}; it must have one value for each of {rows} rows")
    bins = bins_of(values, bins=BINS) if not missing(values).all() else None
    if bins is None or bins.edges is None:
        found = categories(values)
    else:
        ends = ["-∞", *(f"{edge:.6g}" for edge in bins.edges), "∞"]
        names = (*(f"[{low}, {high})" for low, high in pairwise(ends)), MISSING)
        found = Categories(places(bins.edges, values), names)
    return replace(found, codes=found.codes.astype(np.min_scalar_type(len(found.names))))


def _code_positions(codes: Integers, min_rows: int) -> Iterator[tuple[int, Integers]]:
    order = np.argsort(codes, kind="stable").astype(np.min_scalar_type(len(codes)))
    ends = np.flatnonzero(np.diff(codes[order])) + 1
    for start, end in pairwise([0, *ends.tolist(), len(codes)]):
        if min_rows <= end - start < len(codes):
            yield int(codes[order[start]]), order[start:end]
