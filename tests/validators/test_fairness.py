"""Disparities are fairlearn's, to the last digit."""

import fairlearn.metrics as fairlearn
import numpy as np
import pytest
from sklearn.metrics import precision_score

from mlops_validators.fairness import DISPARITIES, Groups, count_groups, disparity, disparity_interval
from mlops_validators.fairness_change import disparity_change
from mlops_validators.verdict import judge


def rows(seed, groups=4, n=600):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, n)
    truth = (rng.random(n) < 0.3 + 0.1 * (group == 1)).astype(int)
    label = (rng.random(n) < 0.2 + 0.4 * truth + 0.05 * group).astype(int)
    return truth, label, np.array([f"g{code}" for code in group])


def precision_apart(truth, label, *, sensitive_features, ratio=False, weight=None):
    frame = fairlearn.MetricFrame(
        metrics=precision_score,
        y_true=truth,
        y_pred=label,
        sensitive_features=sensitive_features,
        sample_params=None if weight is None else {"sample_weight": weight},
    )
    return frame.ratio() if ratio else frame.difference()


def reference(name, truth, label, by, weight=None):
    if name.startswith("predictive_parity"):
        return precision_apart(truth, label, sensitive_features=by, ratio=name.endswith("ratio"), weight=weight)
    return getattr(fairlearn, name)(truth, label, sensitive_features=by, sample_weight=weight)


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


def judged(counts, bound=0.15):
    return judge(
        disparity_interval("equal_opportunity_difference", Groups(tuple("abcde"), counts)), maximum=bound, rows=90
    )


def fair_groups(positives, rates, times, seed=5):
    rng = np.random.default_rng(seed)
    for _ in range(times):
        hits = rng.binomial(positives, rates)
        yield np.stack([np.full((5, 2), 200), np.stack([positives - hits, hits], axis=1)], axis=1)


@pytest.mark.parametrize(("positives", "least"), [(500, 0.9), (1000, 0.99)])
def test_five_groups_alike_pass_where_their_rows_can_show_it_and_never_fail(positives, least):
    found = [judged(counts).verdict for counts in fair_groups(positives, [0.5] * 5, 200)]

    assert found.count("pass") >= least * 200
    assert "fail" not in found


def test_a_pair_at_the_bound_passes_in_less_than_5_percent_and_one_beyond_fails():
    at = [judged(counts).verdict for counts in fair_groups(1000, [0.5, 0.5, 0.5, 0.575, 0.425], 400)]
    beyond = [judged(counts).verdict for counts in fair_groups(1000, [0.5, 0.5, 0.5, 0.65, 0.35], 100)]

    assert at.count("pass") <= 0.05 * 400
    assert at.count("fail") <= 0.05 * 400
    assert beyond.count("fail") > 95


def test_a_difference_is_newcombes():
    """The example of his paper: 56 of 70 and 48 of 80, 0.0524 to 0.3339."""
    found = disparity_interval(
        "equal_opportunity_difference", Groups(("a", "b"), np.array([[[5, 5], [14, 56]], [[5, 5], [32, 48]]]))
    )

    assert round(found.high, 4) == 0.3339
    assert found.low < 0.0524  # which end is ahead was not known before


def test_rows_of_one_customer_count_once():
    """Ten rows of each customer are decided alike: the interval is that of the customers."""
    rng = np.random.default_rng(0)
    truth, label, by = rng.integers(0, 2, 400), rng.integers(0, 2, 400), rng.integers(0, 2, 400)
    tenfold = [np.repeat(each, 10) for each in (truth, label, by)]

    alone = disparity_interval("demographic_parity_difference", count_groups(truth, label, by))
    naive = disparity_interval("demographic_parity_difference", count_groups(*tenfold))
    aware = disparity_interval(
        "demographic_parity_difference", count_groups(*tenfold, clusters=np.repeat(np.arange(400), 10))
    )

    assert aware.high == pytest.approx(alone.high, abs=0.005)
    assert naive.high < alone.high - 0.04


def test_rows_of_one_customer_pass_at_the_bound_in_less_than_5_percent():
    passed = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        by = rng.integers(0, 2, 300)
        tends = rng.random(300) < np.where(by == 1, 0.55, 0.45)
        label = np.where(
            rng.random(2400) < 0.8, np.repeat(tends, 8), rng.random(2400) < 0.5 + 0.05 * (2 * np.repeat(by, 8) - 1)
        )
        groups = count_groups(
            rng.integers(0, 2, 2400), label.astype(int), np.repeat(by, 8), clusters=np.repeat(np.arange(300), 8)
        )
        passed += disparity_interval("demographic_parity_difference", groups).high <= 0.1

    assert passed <= 0.05 * 300


@pytest.mark.parametrize("name", DISPARITIES)
def test_weights_are_fairlearns(name):
    truth, label, by = rows(3)
    weight = np.random.default_rng(3).gamma(2, 1, len(truth))

    found = disparity(name, count_groups(truth, label, by, weights=weight))

    assert found == pytest.approx(reference(name, truth, label, by, weight))


def test_a_row_of_weight_3_is_a_customer_with_three_rows_alike():
    truth, label, by = (np.asarray(each) for each in rows(4))
    times = np.random.default_rng(4).integers(1, 4, len(truth))
    threefold = [np.repeat(each, times) for each in (truth, label, by)]
    customer = np.repeat(np.arange(len(truth)), times)

    for name in DISPARITIES:
        weighted = disparity_interval(name, count_groups(truth, label, by, weights=times))
        repeated = disparity_interval(name, count_groups(*threefold, clusters=customer))
        assert (weighted.value, weighted.low, weighted.high) == pytest.approx(
            (repeated.value, repeated.low, repeated.high), abs=1e-9
        )


def test_weighted_rows_pass_at_the_bound_in_less_than_5_percent():
    """Two groups whose weighted selection rates lie 0.1 apart; who is selected counts more."""
    passed = alike = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        by, likely = rng.integers(0, 2, 1500), rng.random(1500) < 0.5
        label = (rng.random(1500) < np.where(likely, 0.7, 0.3) + 0.05 * (2 * by - 1)).astype(int)
        weight = np.where(likely, 5.0, 1.0) * rng.exponential(1, 1500) + 0.01
        truth = rng.integers(0, 2, 1500)
        found = disparity_interval("demographic_parity_difference", count_groups(truth, label, by, weights=weight))
        plain = disparity_interval("demographic_parity_difference", count_groups(truth, label, by))
        passed, alike = passed + (found.high <= 0.1), alike + (plain.high - plain.value)
        assert found.high - found.value > plain.high - plain.value

    assert passed <= 0.05 * 300


def test_a_change_knows_weights():
    truth, label, by = (np.asarray(each) for each in rows(5))
    other = label ^ (np.random.default_rng(5).random(len(label)) < 0.05)
    name = "equalized_odds_difference"

    equal = disparity_change(name, truth, (label, other), by, weights=np.full(len(truth), 7.0))
    unequal = disparity_change(
        name, truth, (label, other), by, weights=np.random.default_rng(5).gamma(0.5, 1, len(truth)) + 0.01
    )
    plain = disparity_change(name, truth, (label, other), by)

    assert (equal.value, equal.high) == pytest.approx((plain.value, plain.high), rel=0.02)
    assert unequal.high > 1.15 * plain.high


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
