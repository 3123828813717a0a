"""Drift against SciPy, by hand, and how often it cries wolf."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from mlops_validators.binning import Bins, bins_of, count
from mlops_validators.distances import jensen_shannon
from mlops_validators.drift import Drift, drift, drift_of_counts, drifted

ON_COUNTS = ["psi", "jensen_shannon", "chi2"]
METHODS = [*ON_COUNTS, "ks", "wasserstein"]


@pytest.fixture
def sides():
    rng = np.random.default_rng(1)
    return rng.gamma(2, size=2000).round(2), rng.gamma(2.3, size=1500).round(2)


def test_kolmogorov_smirnov_is_scipys(sides):
    found = drift("ks", *sides)

    reference = stats.ks_2samp(*sides, method="asymp")
    assert found.value == pytest.approx(reference.statistic, abs=1e-12)
    assert found.p_value == pytest.approx(stats.kstwobign.sf(np.sqrt(2000 * 1500 / 3500) * found.value))


def test_wasserstein_is_scipys_in_standard_deviations(sides):
    assert drift("wasserstein", *sides).value == pytest.approx(stats.wasserstein_distance(*sides) / sides[0].std())


def test_cramers_v_is_scipys():
    old, new = np.array([30, 50, 20]), np.array([20, 40, 60])

    found = drift_of_counts("chi2", old, new)

    assert found.value == pytest.approx(stats.contingency.association(np.stack([old, new]), method="cramer"))
    assert found.p_value == pytest.approx(stats.chi2_contingency(np.stack([old, new])).pvalue)


@given(st.lists(st.integers(0, 100), min_size=3, max_size=3), st.lists(st.integers(0, 100), min_size=3, max_size=3))
def test_jensen_shannon_is_scipys(old, new):
    p, q = ((np.array(side) + np.array([1, 0, 0])) / (sum(side) + 1) for side in (old, new))

    assert jensen_shannon(p, q) == pytest.approx(jensenshannon(p, q, base=2), abs=1e-6)


def test_psi_by_hand():
    """(0.8 - 0.5) ln(0.8 / 0.5) + (0.2 - 0.5) ln(0.2 / 0.5)."""
    found = drift_of_counts("psi", np.array([50, 50]), np.array([80, 20]))

    assert found.value == pytest.approx(0.3 * np.log(1.6) - 0.3 * np.log(0.4))


@pytest.mark.parametrize("method", METHODS)
def test_nothing_moved_is_zero(method):
    values = np.random.default_rng(0).normal(size=500)

    assert drift(method, values, values) == Drift(0.0, 1.0)


@given(st.lists(st.floats(-1e3, 1e3), min_size=30, max_size=60, unique=True), st.floats(1, 50))
def test_moving_farther_is_no_less_drift(values, step):
    reference = np.array(values)

    near, far = (drift("ks", reference, reference + k * step).value for k in (1, 2))

    assert near <= far + 1e-12


def test_deciles_hold_a_tenth_each():
    values = np.random.default_rng(0).normal(size=10_000)

    assert count(bins_of(values), values).tolist() == [1000] * 10 + [0]


def test_counts_are_those_of_a_histogram(sides):
    bins = bins_of(sides[0])

    reference = np.histogram(sides[1], [-np.inf, *bins.edges, np.inf])[0]

    assert count(bins, sides[1]).tolist() == [*reference, 0]


def test_chunks_add_up(sides):
    bins = bins_of(sides[0])

    assert (count(bins, sides[1][:700]) + count(bins, sides[1][700:]) == count(bins, sides[1])).all()


@pytest.mark.parametrize("method", ON_COUNTS)
def test_values_that_vanish_or_were_never_seen_are_drift(method):
    numbers = np.arange(1000.0)
    gone = np.where(np.arange(1000) % 2, np.nan, numbers)

    assert drift(method, numbers, gone).value > 0.2
    assert drift(method, ["a", "b"] * 50, ["a", "c"] * 50).value > 0.2
    assert drift(method, ["a", "b"] * 50, ["a", None] * 50).value > 0.2


def test_a_number_that_gained_a_missing_value_keeps_its_categories():
    """pandas turns such an integer column to floats."""
    assert count(bins_of([1, 2, 1]), [1.0, 2.0, np.nan]).tolist() == [1, 1, 0, 1]


@pytest.mark.parametrize(
    ("method", "old", "new", "says"),
    [
        ("psi", [], [1.0], "without values"),
        ("psi", [np.nan, np.nan], [1.0], "without values"),
        ("psi", [1, 2], [], "need rows"),
        ("ks", ["a"], ["b"], "must be numbers"),
        ("ks", [1.0], [np.nan], "no values"),
        ("wasserstein", [1.0, 1.0], [2.0], "constant"),
        ("wasserstein", [1.0, np.inf], [2.0], "infinite"),
        ("psl", [1.0], [2.0], "no method"),
    ],
)
def test_what_has_no_drift(method, old, new, says):
    with pytest.raises(ValueError, match=says):
        drift(method, old, new)


@pytest.mark.parametrize("method", ["psi", "ks"])
def test_no_false_alarm_over_many_columns(method):
    """100 batches of 20 columns from the reference's own distribution: small batches exceed 0.05 by chance."""
    rng = np.random.default_rng(3)
    exceeded = alarms = 0
    for _ in range(100):
        columns = {str(k): drift(method, rng.normal(size=300), rng.normal(size=300)) for k in range(20)}
        exceeded += any(one.value > 0.05 for one in columns.values())
        alarms += bool(drifted(columns, maximum=0.05))

    assert exceeded > 60
    assert alarms <= 11  # 5 expected at most; 11 or more in 1 of 100 runs


def test_a_drifted_column_is_named():
    rng = np.random.default_rng(3)
    columns = {str(k): drift("psi", rng.normal(size=2000), rng.normal(size=2000) + (k == 7)) for k in range(40)}

    assert drifted(columns, maximum=0.2) == ["7"]


def test_a_large_sample_drifts_only_beyond_the_bound():
    rng = np.random.default_rng(3)
    found = drift("psi", rng.normal(size=200_000), rng.normal(size=200_000) + 0.05)

    assert found.p_value < 1e-9
    assert drifted({"a": found}, maximum=0.2) == []


def test_no_columns_are_no_all_clear():
    with pytest.raises(ValueError, match="no columns"):
        drifted({}, maximum=0.2)


def test_bins_know_their_size():
    assert (Bins(edges=np.array([1.0])).size, Bins(values=("a",)).size) == (3, 3)


@given(st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=200, unique=True), st.integers(2, 12))
def test_edges_part_rows_as_numpys_quantiles_do(values, bins):
    """Up to a row that lies on a quantile, which rounding puts on either side."""
    found, reference = bins_of(np.array(values), bins=bins), np.unique(np.quantile(values, np.arange(1, bins) / bins))

    reached = [np.searchsorted(np.sort(values), edges) for edges in (found.edges, reference)]
    assert len(found.edges) == len(reference)
    assert np.abs(reached[0] - reached[1]).max() <= 1


def test_infinite_values_are_binned_at_the_ends():
    values = np.r_[np.arange(100.0), [-np.inf] * 30, [np.inf] * 30]

    counts = count(bins_of(values), [-np.inf, np.inf, 50.0])

    assert counts.sum() == 3
    assert counts[0] == counts[-2] == 1
