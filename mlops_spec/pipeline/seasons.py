"""Which part of a season a moment lies in, and the summary of training rows by part, for rows of the same season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec.watch import Season

PARTS: dict[Season, str] = {"day": "hour of the day", "week": "day of the week", "year": "month of the year"}
QUANTILES = 128  # that are kept of each part, and 512 of their mix


@dataclass(frozen=True)
class Seasons:
    """The part of the season that each row lies in, (n,); -1 where its time is missing."""

    season: Season
    codes: np.ndarray


@dataclass(frozen=True)
class Part:
    """Training rows of one part: their `counts` in the column's bins, and of a number quantiles."""

    counts: np.ndarray
    values: np.ndarray | None

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self.counts.sum())


def part_of(times: pd.Series, season: Season) -> np.ndarray:
    """The part of the season of each moment, in UTC, from 0, (n,); -1 where there is none."""
    moments = pd.to_datetime(times, utc=True, errors="coerce", format="ISO8601").dt
    codes = {"day": lambda: moments.hour, "week": lambda: moments.day_of_week, "year": lambda: moments.month - 1}[
        season
    ]()
    return codes.fillna(-1).to_numpy(dtype=np.intp)


def shares(codes: np.ndarray) -> dict[int, float]:
    """The share of the rows in each part that has any."""
    parts, counts = np.unique(codes, return_counts=True)
    return dict(zip(parts.tolist(), (counts / counts.sum()).tolist(), strict=True))


def mixed(parts: Mapping[int, Part], wanted: Mapping[int, float], quantiles: int) -> Part:
    """The training rows as they would be with these shares of parts; all of them have rows."""
    rows = sum(parts[code].rows for code in wanted)
    counts = sum(share * rows / parts[code].rows * parts[code].counts for code, share in wanted.items())
    whole = np.rint(counts).astype(np.intp)
    pairs = [(share, values) for code, share in wanted.items() if (values := parts[code].values) is not None]
    if not pairs:
        return Part(whole, None)
    values = np.concatenate([each for _, each in pairs])
    weights = np.concatenate([np.full(len(each), share / len(each)) for share, each in pairs])
    order = np.argsort(values, kind="stable")
    reached = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    return Part(whole, np.interp(np.linspace(0, 1, min(quantiles, len(values))), reached, values[order]))
