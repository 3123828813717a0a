"""The counts of one version: totals for the metrics, and a window since the routes last changed for the watch."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING

from mlops_spec.targets.live import Window

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.targets.local.serve.compare import Compared
    from mlops_spec.targets.local.serve.scores import Scores

# Upper bounds of the latency histogram, in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# A window's latencies are counted in buckets 2 % wide, from 1 µs to 17 minutes: percentiles are right to 2 %.
_WIDTH = math.log(1.02)
_SHORTEST = 1e-6
_BUCKETS = math.ceil(math.log(1000 / _SHORTEST) / _WIDTH) + 1


class Counts:
    """Counters of one version; only the front's loop touches them."""

    def __init__(self) -> None:
        self.answers = 0
        self.statuses: Counter[int] = Counter()
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0
        self.scores = 0
        self.score_sum = 0.0
        self.bins: Counter[int] = Counter()  # of probabilities
        self.outside: Counter[str] = Counter()  # rows outside the data contract, by input
        self.open_window()

    def open_window(self) -> None:
        """Starts a new window: the watch judges what a version did under the present routes alone."""
        self._latencies = [0] * _BUCKETS
        self._requests = self._errors = self._scores = self._compared = 0
        self._disagreed: int | None = None
        self._score_sum = self._difference_sum = self._largest_difference = 0.0
        self._bins: Counter[int] = Counter()

    def answered(
        self, seconds: float, status: int, scores: Scores | None, outside: Iterable[tuple[str, int]] = ()
    ) -> None:
        """Counts one answer."""
        for name, rows in outside:
            self.outside[name] += rows
        self.answers += 1
        self.statuses[status] += 1
        self.buckets[bisect.bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds
        if status == HTTPStatus.OK:
            self._seen(seconds)
        if scores is not None:
            self._add(scores)

    def failed(self, seconds: float | None) -> None:
        """Counts against the version: no good answer to a request that has one; None: it is counted as answered."""
        self._errors += 1
        if seconds is not None:
            self._seen(seconds)

    def compared(self, found: Compared) -> None:
        """Counts a shadow's answer that was held against the stable one's."""
        self._compared += found.rows
        if found.disagreed is not None:
            self._disagreed = (self._disagreed or 0) + found.disagreed
        self._difference_sum += found.difference
        self._largest_difference = max(self._largest_difference, found.largest)

    def window(self) -> Window:
        """The window so far."""
        return Window(
            requests=self._requests,
            errors=self._errors,
            p50=_percentile(self._latencies, self._requests, 0.5),
            p99=_percentile(self._latencies, self._requests, 0.99),
            mean_score=self._score_sum / self._scores if self._scores else None,
            bins=tuple(sorted(self._bins.items())),
            compared=self._compared,
            disagreed=self._disagreed,
            mean_difference=self._difference_sum / self._compared if self._compared else None,
            largest_difference=self._largest_difference if self._compared else None,
        )

    def _seen(self, seconds: float) -> None:
        self._requests += 1
        self._latencies[_bucket(seconds)] += 1

    def _add(self, scores: Scores) -> None:
        self.scores += scores.number
        self._scores += scores.number
        self.score_sum += scores.mean * scores.number
        self._score_sum += scores.mean * scores.number
        for number, held in scores.bins:
            self._bins[number] += held
            if scores.probabilities:
                self.bins[number] += held


def _bucket(seconds: float) -> int:
    return min(max(math.ceil(math.log(max(seconds, _SHORTEST) / _SHORTEST) / _WIDTH), 0), _BUCKETS - 1)


def _percentile(buckets: list[int], number: int, share: float) -> float | None:
    rank, seen = math.ceil(share * number), 0
    for bucket, count in enumerate(buckets):
        seen += count
        if count and seen >= rank:
            return _SHORTEST * math.exp(bucket * _WIDTH)
    return None
