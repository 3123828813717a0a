"""How often the intervals of forecasts hold the truth: of whole series, and of blocks of time where errors go on."""

from math import pi, sqrt

import numpy as np
import pytest
from scipy.signal import lfilter

from mlops_validators import interval

TIMES = 400
pytestmark = pytest.mark.slow


def held(name, truth, draw, groups):
    found = [interval(name, *draw(), groups=groups, resamples=500) for _ in range(TIMES)]
    known = [each for each in found if each.known]
    assert len(known) > 0.9 * TIMES
    return np.mean([each.low <= truth <= each.high for each in known])


def test_of_series_that_each_have_an_error_of_their_own():
    rng = np.random.default_rng(4)
    series = np.repeat(np.arange(80), 14)

    def draw():
        error = 0.6 * rng.normal(size=80)[series] + 0.8 * rng.normal(size=len(series))  # of variance 1
        known = [np.full(len(series), 2.0), np.full(len(series), 6.0), series, *np.zeros((2, len(series)))]
        return np.column_stack([error, *known]), np.zeros(len(series))

    assert 0.92 <= held("mase", sqrt(2 / pi) / 2, draw, series) <= 0.98


@pytest.mark.parametrize("alike", [0.0, 0.5])
def test_of_one_series_whose_errors_go_on(alike):
    rng = np.random.default_rng(5)

    def draw():
        error = lfilter([1], [1, -alike], rng.normal(size=930))[200:] * sqrt(1 - alike**2)
        return error, np.zeros(730)

    assert 0.915 <= held("mean_absolute_error", sqrt(2 / pi), draw, np.arange(730) // 10) <= 0.98
