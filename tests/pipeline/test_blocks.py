"""Blocks of time are long enough: intervals over them are seldom wrong, however long errors go on."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest

from mlops_spec.pipeline.blocks import block_length
from mlops_validators import interval

TIMES = 300


def test_blocks_are_longer_the_longer_errors_go_on() -> None:
    """Weeks that are a little alike make longer blocks than their neighbours alone would tell."""
    draw = np.random.default_rng(0)
    chance = draw.normal(size=700)
    months = np.repeat(draw.normal(size=10), 70)

    assert block_length(chance) == 8  # by the number of steps alone
    assert block_length(chance + np.roll(chance, 1) + np.roll(chance, 2)) > 8
    assert block_length(chance + 0.7 * months) > 20
    assert block_length(np.zeros(700)) == 8


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "alike", "share"), [(365, 0.5, 1), (730, 0.8, 1), (730, 0.95, 1), (730, 0.9, 0.4), (730, 0.97, 0.3)]
)
def test_intervals_of_one_series_are_seldom_wrong(steps: int, alike: float, share: float) -> None:
    """`share` of the variance goes on, the rest is chance: days hardly tell of the next, and weeks do."""
    draw, wrong = np.random.default_rng(6), []

    def errors() -> np.ndarray:
        chance, found = draw.normal(size=steps + 500), 0.0
        on = np.array([found := alike * found + each for each in chance])[500:] * sqrt(1 - alike**2)
        return np.asarray(sqrt(share) * on + sqrt(1 - share) * draw.normal(size=steps))

    for _ in range(TIMES):
        groups = np.arange(steps) // block_length(np.abs(errors()))
        found = interval("mean_absolute_error", errors(), np.zeros(steps), groups=groups, resamples=300)
        wrong.append(found.known and not found.low <= sqrt(2 / pi) <= found.high)

    assert np.mean(wrong) <= 0.12
