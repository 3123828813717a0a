import numpy as np
import pytest
from scipy.stats import ttest_ind

from mlops_validators.weak_slices import weak_slices


def features(rng, rows):
    return {
        "place": np.array(list("abcdef"))[rng.integers(0, 6, rows)],
        "age": rng.integers(18, 80, rows).astype(float),
        "plan": np.array(["free", "paid", None], dtype=object)[rng.integers(0, 3, rows)],
    }


def test_the_planted_slice_is_found_first():
    rng = np.random.default_rng(1)
    given = features(rng, 6000)
    weak = (given["place"] == "c") & (given["plan"] == "paid")
    wrong = rng.random(6000) < np.where(weak, 0.5, 0.2)

    found = weak_slices(given, wrong)

    assert dict(found[0].conditions) == {"place": "c", "plan": "paid"}
    assert found[0].rows == weak.sum()
    assert found[0].excess.low < 0.3 < found[0].excess.high


def test_nothing_weak_names_nothing():
    """100 data sets, 115 slices each: without the correction most would name one."""
    rng = np.random.default_rng(2)

    named = sum(bool(weak_slices(features(rng, 1500), rng.random(1500) < 0.2, min_rows=50)) for _ in range(100))

    assert named <= 7  # 2.5 expected at most; 8 or more in 1 of 100 runs


def test_missing_values_are_a_slice():
    given = features(np.random.default_rng(3), 3000)
    missing = np.array([value is None for value in given["plan"]])

    found = weak_slices(given, missing * 0.5 + np.arange(3000) % 7 / 70, depth=1)

    assert found[0].conditions == (("plan", "(missing)"),)


def test_the_interval_is_welchs():
    loss = np.random.default_rng(4).exponential(size=400) + (np.arange(400) < 150)
    side = np.where(np.arange(400) < 150, "left", "right")

    found = weak_slices({"side": side}, loss, depth=1)[0]

    corrected = ttest_ind(loss[:150], loss[150:], equal_var=False).confidence_interval(1 - 0.05 / 2)
    assert (found.excess.low, found.excess.high) == pytest.approx((corrected.low, corrected.high))


@pytest.mark.parametrize(
    ("given", "loss", "options"),
    [
        ({"a": [1, 2]}, [0.1, np.nan], {}),
        ({"a": [1, 2, 3]}, [0.1, 0.2], {}),
        ({}, [0.1, 0.2], {}),
        ({"a": [1, 2]}, [0.1, 0.2], {"depth": 3}),
        ({"a": [1, 2]}, [0.1, 0.2], {"min_rows": 1}),
    ],
    ids=["nan", "length", "none", "depth", "rows"],
)
def test_what_cannot_be_searched(given, loss, options):
    with pytest.raises(ValueError, match=r"losses|shape|depth|min_rows"):
        weak_slices(given, loss, **options)
