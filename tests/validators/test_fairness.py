"""Disparities are fairlearn's, to the last digit."""

import fairlearn.metrics as fairlearn
import numpy as np
import pytest
from sklearn.metrics import precision_score

from mlops_validators.fairness import DISPARITIES, count_groups, disparity, disparity_interval


def rows(seed, groups=4, n=600):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, n)
    truth = (rng.random(n) < 0.3 + 0.1 * (group == 1)).astype(int)
    label = (rng.random(n) < 0.2 + 0.4 * truth + 0.05 * group).astype(int)
    return truth, label, np.array([f"g{code}" for code in group])


def precision_apart(truth, label, *, sensitive_features, ratio=False):
    frame = fairlearn.MetricFrame(
        metrics=precision_score, y_true=truth, y_pred=label, sensitive_features=sensitive_features
    )
    return frame.ratio() if ratio else frame.difference()


def reference(name, truth, label, by):
    if name.startswith("predictive_parity"):
        return precision_apart(truth, label, sensitive_features=by, ratio=name.endswith("ratio"))
    return getattr(fairlearn, name)(truth, label, sensitive_features=by)


@pytest.mark.parametrize("name", DISPARITIES)
@pytest.mark.parametrize("groups", [2, 5])
def test_agrees_with_fairlearn(name, groups):
    for seed in range(5):
        truth, label, by = rows(seed, groups)

        assert disparity(name, count_groups(truth, label, by)) == pytest.approx(reference(name, truth, label, by))


@pytest.mark.parametrize("name", DISPARITIES)
def test_agrees_with_fairlearn_on_intersections(name):
    truth, label, by = rows(3, 2)
    other = np.random.default_rng(9).integers(0, 2, len(truth))

    found = disparity(name, count_groups(truth, label, [by, other]))

    assert found == pytest.approx(reference(name, truth, label, np.column_stack([by, other])))


def test_by_hand():
    """Selected: 3 of 4 women, 1 of 4 men; true positive rates 2/2 and 1/2; false positive rates 1/2 and 0/2."""
    groups = count_groups([1, 1, 0, 0, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0, 0, 0], list("ffffmmmm"))

    assert disparity("demographic_parity_difference", groups) == 0.5
    assert disparity("demographic_parity_ratio", groups) == pytest.approx(1 / 3)
    assert disparity("equal_opportunity_ratio", groups) == 0.5
    assert disparity("equalized_odds_difference", groups) == 0.5
    assert disparity("equalized_odds_ratio", groups) == 0
    assert disparity("predictive_parity_ratio", groups) == pytest.approx(2 / 3)
    assert groups.rows("equalized_odds_difference") == 2
    assert groups.rows("demographic_parity_ratio") == 4


@pytest.mark.parametrize("name", DISPARITIES)
def test_the_interval_holds_the_value(name):
    groups = count_groups(*rows(1))

    found = disparity_interval(name, groups)

    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.value == disparity(name, groups)
    assert found.high - found.low > 0.02


def test_rates_of_0_and_1_are_no_certainty():
    """No woman of 20 and every man of 20 is selected: resamples of these rows alone would never differ."""
    groups = count_groups([0, 1] * 20, [0] * 20 + [1] * 20, ["f"] * 20 + ["m"] * 20)

    found = disparity_interval("demographic_parity_difference", groups)

    assert found.value == found.high == 1
    assert found.low < 0.97


def test_missing_attributes_are_a_group():
    groups = count_groups([0, 1, 0, 1, 0, 1], [0, 1, 0, 1, 1, 0], ["f", "f", "m", "m", None, float("nan")])

    assert groups.names == ("f", "m", "(missing)")
    assert disparity("equal_opportunity_difference", groups) == 1


@pytest.mark.parametrize(
    ("truth", "label", "by", "says"),
    [
        ([0, 1], [0, 1], ["f", "f"], "one group only"),
        ([1, 1], [0, 1], ["f", "m"], "one class only"),
        ([0, 1], [0.2, 0.9], ["f", "m"], "must be labels"),
        ([0, 1], [0, np.nan], ["f", "m"], "NaN"),
        ([0, 1, 1], [0, 1, 1], ["f", "m"], "lengths differ"),
        ([], [], [], "empty"),
        ([0, 1], [0, 1], [["f", "m"], ["x"]], "differ in length"),
    ],
    ids=["group", "class", "scores", "nan", "length", "empty", "intersection"],
)
def test_what_cannot_be_compared(truth, label, by, says):
    with pytest.raises(ValueError, match=says):
        count_groups(truth, label, by)


def test_a_group_without_positives_has_no_true_positive_rate():
    groups = count_groups([0, 0, 1, 0], [0, 1, 1, 0], ["f", "f", "m", "m"])

    with pytest.raises(ValueError, match="group f has no row for its true positive rate"):
        disparity("equalized_odds_difference", groups)


def test_a_ratio_of_nothing_is_undefined():
    groups = count_groups([0, 1, 1, 0], [0, 0, 0, 0], ["f", "f", "m", "m"])

    with pytest.raises(ValueError, match="0 in every group"):
        disparity("demographic_parity_ratio", groups)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="equalized_odds_ratio"):
        disparity("equality", count_groups(*rows(0)))
