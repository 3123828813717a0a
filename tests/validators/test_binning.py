"""Bins that see what columns are really like: nine in ten at one value, a live column in other digits, rare values."""

import numpy as np
import pytest

from mlops_validators import MEASURES, estimate
from mlops_validators.binning import bins_of, count
from mlops_validators.drift import drift, drifted
from mlops_validators.target_leaks import predictive_power
from mlops_validators.weak_slices import slices_of

ON_COUNTS = ["psi", "jensen_shannon", "chi2"]


def spent(rng, zero, rows=2000):
    """What customers spend: most of them nothing."""
    return np.where(rng.random(rows) < zero, 0.0, rng.gamma(2, 5, rows))


@pytest.mark.parametrize("method", ON_COUNTS)
def test_drift_is_seen_where_nine_in_ten_are_the_least_value(method):
    rng = np.random.default_rng(0)
    old = spent(rng, 0.9)

    assert drift(method, old, spent(rng, 0.9)).p_value > 0.01
    assert drift(method, old, spent(rng, 0.7)).value > 0.15
    assert drift(method, old, np.where(old > 0, old * 3, old)).p_value < 1e-6


@pytest.mark.parametrize("often", [0.0, 7.0, 99.0])
def test_a_value_of_many_rows_has_a_bin_of_its_own(often):
    rng = np.random.default_rng(1)
    values = np.where(rng.random(1000) < 0.6, often, rng.random(1000) * 99)

    found = count(bins_of(values), values)

    assert found.max() == np.count_nonzero(values == often)
    assert found.sum() == 1000


def test_a_perfect_leak_into_what_is_mostly_zero_is_found():
    rng = np.random.default_rng(2)
    target = (rng.random(2000) < 0.08).astype(int)

    assert predictive_power(np.where(target, rng.gamma(2, 5, 2000), 0), target, "binary-classification") == 1.0


def test_slices_are_cut_where_most_rows_have_one_value():
    found = dict(slices_of({"spent": spent(np.random.default_rng(3), 0.8)}, 2000, min_rows=100))

    assert len(found) >= 2


@pytest.mark.parametrize("steps", [10, 40])
def test_a_live_column_of_fewer_digits_is_the_same(steps):
    values = np.random.default_rng(4).integers(0, steps, 5000) / 10

    assert drift("psi", values, values.astype(np.float32)).value == 0


@pytest.mark.parametrize("gone", [None, float("nan")])
def test_a_boolean_that_gained_a_missing_value_is_the_same(gone):
    values = np.random.default_rng(5).random(1000) < 0.3
    live = np.array([gone, *values[1:]], dtype=object if gone is None else np.float64)

    assert drift("psi", values, live).value < 0.01
    assert drift("psi", values.astype(int), np.array([gone, *values[1:]], dtype=object)).value < 0.01


def test_many_values_of_few_rows_are_not_judged_and_say_why():
    rng = np.random.default_rng(6)
    names = np.array([f"level {k}" for k in range(100)])

    columns = {f"c{k}": drift("psi", *(names[rng.integers(0, 100, 150)] for _ in range(2))) for k in range(20)}

    assert drifted(columns, maximum=0.2) == []
    assert "150 rows of" in columns["c0"].reason


@pytest.mark.parametrize("method", ON_COUNTS)
def test_values_that_chance_left_out_of_the_reference_are_no_drift(method):
    """Of 100 values of unequal frequency the reference lacks some: 2 of 200 data sets of five columns may be named."""
    rng, share = np.random.default_rng(7), 1 / np.arange(1, 101) ** 1.1
    names, share = np.array([f"v{k}" for k in range(100)]), share / share.sum()

    named = 0
    for _ in range(200):
        sides = [[names[rng.choice(100, 800, p=share)] for _ in range(2)] for _ in range(5)]
        named += bool(drifted({str(k): drift(method, *each) for k, each in enumerate(sides)}, maximum=0.01))

    assert named <= 16


def test_values_near_zero_have_a_distance_and_a_relative_error():
    rng = np.random.default_rng(8)
    old, new = rng.normal(size=(2, 500))

    assert drift("wasserstein", old * 1e-200, new * 1e-200).value == pytest.approx(drift("wasserstein", old, new).value)
    name, rows = "mean_absolute_percentage_error", ([1e-20, 1.0], [2e-20, 1.0])
    assert estimate(name, *rows) == MEASURES[name](*rows) == 0.5
