"""Counts are right, and a window holds what happened since it was opened."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.package.score_bins import EDGES
from mlops_spec.targets.local.serve.compare import Compared
from mlops_spec.targets.local.serve.counts import BOUNDS, Counts
from mlops_spec.targets.local.serve.scores import summarise, unpack


@given(st.lists(st.floats(1e-6, 900), min_size=1, max_size=200))
def test_percentiles_are_by_nearest_rank_and_at_most_2_percent_high(seconds: list[float]) -> None:
    counts = Counts()
    for each in seconds:
        counts.answered(each, 200, None)

    window = counts.window()

    for share, got in ((0.5, window.p50), (0.99, window.p99)):
        exact = np.quantile(seconds, share, method="inverted_cdf")
        assert got is not None
        assert exact * (1 - 1e-9) <= got <= exact * (1.02 + 1e-9)
    assert sum(counts.buckets) == len(seconds)
    assert counts.buckets[-1] == sum(each > BOUNDS[-1] for each in seconds)


def test_a_window_begins_at_nothing_and_totals_stay() -> None:
    counts = Counts()
    counts.answered(0.1, 200, unpack(summarise(np.array([0.05, 0.95])))[0])
    counts.answered(0.2, 500, None)
    counts.failed(0.2)
    counts.compared(Compared(2, 1, 0.5, 0.25))
    before = counts.window()
    counts.open_window()
    after = counts.window()

    assert (before.requests, before.errors, before.mean_score) == (2, 1, 0.5)
    assert [(EDGES[number], held) for number, held in before.bins] == [(0.05, 1), (0.95, 1)]
    assert (before.compared, before.disagreed, before.mean_difference, before.largest_difference) == (2, 1, 0.25, 0.25)
    assert (after.requests, after.errors, after.p99, after.mean_score, after.bins, after.compared) == (
        0,
        0,
        None,
        None,
        (),
        0,
    )
    assert (counts.statuses[200], counts.statuses[500], counts.scores) == (1, 1, 2)
