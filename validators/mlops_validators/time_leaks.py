"""Features of a forecast that know what is not known yet: the target at or after the moment when it is made.

A row's feature may be made of what its series held up to the origin of its forecast, a horizon before the row, and of
the calendar. So these are fitted to the feature first (the target's values before the origin, slow waves, the season),
and then the target's values after the origin besides, up to a window past the row: what nine tenths of the rest follow
from was made of them, be it the target moved, a mean that reaches too far, or a later value that was joined in.

Source: the partial coefficient of determination; Kaufman et al., "Leakage in Data Mining" (KDD 2011), for the moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.target_leaks import Revealing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_validators.arrays import Floats, Integers

TOO_MUCH = 0.9  # of what the past leaves open
_ROWS = 4000  # that are looked at
_WIDEST = 60  # steps before the origin, and after
_ROWS_A_COLUMN, _ROWS_A_WAVE = 4, 40
_WAVES, _HARMONICS = 24, 6
_NOTHING = 1e-9  # of a feature's variance, which is the error of rounding


@dataclass(frozen=True)
class Timed:
    """The target of rows, and where each stands.

    >>> timed = Timed(np.array([1.0, 2.0, 4.0]), np.zeros(3, int), np.array([0, 1, 3]))
    >>> timed.around(np.array([1]), np.array([-1, 0, 1]))
    array([[ 1.,  2., nan]])
    """

    target: Floats
    """Shape (n,)."""
    series: Integers
    """The code of each row's series, shape (n,)."""
    steps: Integers
    """Whole numbers that grow with time, shape (n,)."""

    def around(self, rows: Integers, offsets: Integers) -> Floats:
        """The target so many steps from each of these rows, shape (rows, offsets); NaN where the series has no row."""
        width = int(np.abs(offsets).max()) + 1
        span = int(np.ptp(self.steps)) + 2 * width
        keys = self.series.astype(np.int64) * span + self.steps - self.steps.min() + width
        order = np.argsort(keys, kind="stable")
        known, wanted = keys[order], keys[rows][:, None] + offsets
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[place] == wanted, self.target[order][place], np.nan)


def too_early(  # noqa: PLR0913
    features: Mapping[str, Floats], timed: Timed, *, ahead: int, season: int = 1, window: int = 14, seed: int = 0
) -> list[Revealing]:
    """The features that were made of values not known when the row is forecast; the higher the score the worse.

    Args:
        features: columns of numbers by name, each (n,), NaN where missing.
        timed: the target.
        ahead: how many steps after the last known one a forecast may lie, horizon and gap.
        season: how many steps come round again.
        window: how many steps a mean may go over that is to be found out; at most 60 are tried.
        seed: of the rows that are looked at, where there are more than 4,000.

    Raises:
        ValueError: too few rows have a feature, and a value at each step around.

    Source: as the module.

    >>> rng = np.random.default_rng(0)
    >>> timed = Timed(rng.normal(size=500), np.zeros(500, int), np.arange(500))
    >>> features = {"next": np.roll(timed.target, -1), "week_ago": np.roll(timed.target, 7)}
    >>> [found.column for found in too_early(features, timed, ahead=7, window=7)]
    ['next']
    """
    rows = _some(len(timed.target), seed)
    calendar, nearest = _calendar(timed.steps[rows], season), max(-ahead + 1, -_WIDEST)
    most = (len(rows) // (_ROWS_A_COLUMN + 2) - calendar.shape[1] + nearest) // 2
    widest = max(min(max(window, ahead), _WIDEST, most), 1)
    past, later = np.arange(-ahead - widest, -ahead + 1), np.arange(nearest, widest + 1)
    around = timed.around(rows, np.concatenate([past, later]))
    known = np.column_stack([calendar, around[:, : len(past)]])
    return list(_found({name: column[rows] for name, column in features.items()}, known, around[:, len(past) :], later))


def _found(features: Mapping[str, Floats], known: Floats, after: Floats, offsets: Integers) -> Iterator[Revealing]:
    whole = ~np.isnan(known).any(axis=1) & ~np.isnan(after).any(axis=1)
    for name, column in features.items():
        usable = whole & np.isfinite(column)
        fewest = _ROWS_A_COLUMN * (known.shape[1] + after.shape[1])
        if np.count_nonzero(usable) < fewest:
            told = (
                f"{np.count_nonzero(usable):,} rows have `{name}` and all steps around, at least {fewest:,} are needed"
            )
            raise ValueError(f"nothing tells whether a feature knows what comes: {told}")
        share, place = _share(column[usable], known[usable], after[usable])
        if share >= TOO_MUCH:
            yield Revealing(name, share, _why(share, int(offsets[place])))


def _calendar(steps: Integers, season: int) -> Floats:
    """Slow waves over all time, which a trend and a year are made of, and those of the season; (n, waves)."""
    since, span = steps - steps.min(), int(np.ptp(steps)) + 1
    slow = [np.cos(np.pi * wave * (since + 0.5) / span) for wave in range(1, min(_WAVES, span // _ROWS_A_WAVE) + 1)]
    turns = 2 * np.pi * since / max(season, 1)
    come_back = [of(wave * turns) for wave in range(1, min(season // 2, _HARMONICS) + 1) for of in (np.sin, np.cos)]
    return np.array([*slow, *come_back]).reshape(-1, len(steps)).T


def _some(rows: int, seed: int) -> Integers:
    if rows <= _ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, _ROWS, replace=False))


def _share(feature: Floats, known: Floats, after: Floats) -> tuple[float, int]:
    """How much of what is known leaves open the rest explains, and which column of the rest most of it."""
    apart = feature - feature.mean()
    spread = float(apart @ apart)
    if spread == 0:
        return 0.0, 0
    opened = _left(apart[:, None], known)[:, 0]
    left = float(opened @ opened)
    if left <= _NOTHING * spread:
        return 0.0, 0
    rest = _left(apart[:, None], np.column_stack([known, after]))[:, 0]
    each = _left(after, known)
    alike = np.abs(opened @ each) / np.maximum(np.sqrt((each**2).sum(axis=0)), np.finfo(np.float64).tiny)
    return 1 - float(rest @ rest) / left, int(alike.argmax())


def _left(values: Floats, columns: Floats) -> Floats:
    """What of values (n, m) the columns (n, k) do not explain."""
    centred, apart = columns - columns.mean(axis=0), values - values.mean(axis=0)
    return np.asarray(apart - centred @ np.linalg.lstsq(centred, apart, rcond=None)[0])


def _why(share: float, offset: int) -> str:
    moment = "of the row itself" if offset == 0 else f"{abs(offset)} steps {'after' if offset > 0 else 'before'} it"
    told = f"{share:.0%} of it follows from the target, most of all {moment}"
    return f"knows what is not known when the row is forecast: past what was, {told}"
