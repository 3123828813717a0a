"""Near copies across a split and features that give the target away are told from chance."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import r2_score, roc_auc_score

from mlops_validators.leak import ALPHA, Twins, judge_twins, least_likely, near_twins
from mlops_validators.target_leaks import predictive_power, revealing


def table(rng, rows):
    return {
        "amount": rng.lognormal(8, 1, rows),
        "age": rng.integers(18, 90, rows),
        "place": np.array(["york", "kent", None], dtype=object)[rng.integers(0, 3, rows)],
        "rate": np.where(rng.random(rows) < 0.1, np.nan, rng.random(rows)),
        "pace": rng.normal(size=rows),
        "code": rng.integers(0, 10_000, rows),
        "late": rng.random(rows) < 0.2,
    }


@pytest.fixture
def split():
    rng = np.random.default_rng(1)
    return table(rng, 3000), table(rng, 1000)


def planted(train, test, rows, change=lambda name, values: values):
    """The first rows of test become copies of training rows."""
    return {name: np.concatenate([change(name, train[name][:rows]), test[name][rows:]]) for name in train}


def verdict(train, test, **more):
    return judge_twins(near_twins(train, test, **more), len(next(iter(test.values())))).verdict


def other(rng, train, *names):
    """Another row's value in these columns."""
    return lambda name, values: rng.permutation(train[name])[: len(values)] if name in names else values


def test_a_clean_split_is_clean(split):
    assert verdict(*split) == "pass"


@pytest.mark.parametrize("names", [(), ("age",), ("amount",), ("place", "late"), ("amount", "code"), ("rate", "pace")])
def test_copies_with_two_columns_changed_are_found(split, names):
    train, test = split

    assert verdict(train, planted(train, test, 12, other(np.random.default_rng(3), train, *names))) == "fail"


def test_copies_are_found_where_rows_are_alike_by_chance_without_another_column():
    rng = np.random.default_rng(4)
    train, test = (
        {"warmth": rng.normal(15, 8, n).round(1), "damp": rng.integers(0, 101, n), "day": rng.integers(0, 3, n)}
        for n in (1500, 500)
    )

    assert verdict(train, test) == "pass"
    assert verdict(train, planted(train, test, 50, other(rng, train, "day"))) == "fail"


def test_numbers_shaken_in_the_fourth_digit_are_near(split):
    train, test = split
    shaken = planted(train, test, 40, lambda name, v: v * (1 + 1e-6) if v.dtype.kind == "f" else v)

    assert verdict(train, shaken) == "fail"


@pytest.mark.parametrize(
    ("cells", "mixed", "share"), [(10, 9, 0.375), (40, 25, 0.375), (1000, 420, 0.375), (9, 9, 0.5)]
)
def test_chance_is_bounded_by_the_binomial_distribution(cells, mixed, share):
    exact = binom.sf(mixed - 1, cells, share)

    bound = Twins(cells, mixed, cells * share).by_chance

    assert exact <= bound <= 4 * np.sqrt(cells) * exact


def test_what_is_less_mixed_than_by_lot_is_by_chance():
    assert Twins(10, 2, 3.75).by_chance == 1


def test_seven_copies_of_a_quarter_are_no_accident_and_six_may_be():
    assert judge_twins([Twins(7, 7, 7 * 0.375)], 100).verdict == "fail"
    assert judge_twins([Twins(5, 5, 5 * 0.375)], 100).verdict == "pass"


@pytest.mark.parametrize(("alike", "test_share"), [(2, 0.25), (2, 0.5), (3, 0.25), (5, 0.1)])
def test_rows_that_come_in_twos_and_fives_are_no_leak(alike, test_share):
    """Everybody has a near twin, and the lot parts them: at most as many splits fail as may."""
    failed = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        rows = {f"c{k}": np.repeat(rng.normal(size=300), alike) for k in range(6)} | {"v": rng.normal(size=300 * alike)}
        test = rng.random(300 * alike) < test_share
        old, new = ({name: column[side] for name, column in rows.items()} for side in (~test, test))
        failed += verdict(old, new) == "fail"

    assert failed <= binom.isf(1e-3, 60, ALPHA)


def test_what_is_drawn_together_counts_once():
    """Two families of 20 rows, alike row by row: parted by lot that is one accident, not twenty."""
    rng = np.random.default_rng(2)
    family = {f"c{k}": rng.normal(size=20) for k in range(6)}
    train = {name: np.concatenate([family[name], rng.normal(size=300)]) for name in family}
    test = {name: np.concatenate([family[name] + (name == "c0"), rng.normal(size=100)]) for name in family}
    together = (np.r_[np.zeros(20, int), 2 + np.arange(300)], np.r_[np.ones(20, int), 302 + np.arange(100)])

    assert verdict(train, test) == "fail"
    assert verdict(train, test, together=together) == "pass"


def test_what_should_be_together_and_is_not_is_a_leak(split):
    train, test = split
    copied = planted(train, test, 2, other(np.random.default_rng(3), train, "age"))
    together = (np.arange(3000), np.r_[0, 1, np.arange(3000, 3998)])

    assert verdict(train, copied) == "pass"
    assert verdict(train, copied, together=together) == "fail"


def test_columns_of_few_values_repeat_by_chance():
    rng = np.random.default_rng(2)
    train, test = ({"a": rng.integers(0, 3, n), "b": rng.integers(0, 3, n)} for n in (900, 300))

    assert near_twins(train, test)[0].cells == 0
    assert verdict(train, test) == "pass"


@pytest.mark.parametrize(
    ("train", "test"),
    [({}, {}), ({"a": [1]}, {"b": [1]}), ({"a": [1], "b": [1, 2]}, {"a": [1], "b": [1]}), ({"a": [1]}, {"a": []})],
    ids=["none", "names", "lengths", "empty"],
)
def test_tables_that_cannot_be_compared(train, test):
    with pytest.raises(ValueError, match="columns"):
        near_twins(train, test)


def test_no_rows_never_pass():
    assert judge_twins([], 0).verdict == "inconclusive"
    assert judge_twins([], 10).verdict == "pass"
    assert least_likely([Twins(0, 0, 0.0)]) is None


@pytest.mark.parametrize("task", ["binary-classification", "multiclass-classification", "regression"])
def test_only_the_feature_that_gives_the_target_away_is_named(task):
    rng = np.random.default_rng(4)
    n = 2000
    target = rng.normal(size=n) if task == "regression" else rng.integers(0, 2 + (task != "binary-classification"), n)
    features = {
        "copy": target * 1000.0 + rng.normal(size=n),
        "good": target + rng.normal(size=n),
        "noise": rng.normal(size=n),
        "id": np.arange(n).astype(str),
    }

    assert [found.column for found in revealing(features, target, task)] == ["copy"]


def test_power_is_that_of_scikit_learn():
    """A category's mean target, learnt on one half and tried on the other, both ways."""
    rng = np.random.default_rng(5)
    feature, half = rng.integers(0, 8, 3000), np.random.default_rng(0).integers(0, 2, 3000)
    target = (rng.random(3000) < 0.1 + feature / 10).astype(int)
    told = np.empty(3000)
    for side in (0, 1):
        for value in range(8):
            told[(half == side) & (feature == value)] = target[(half != side) & (feature == value)].mean()

    assert predictive_power(feature, target, "binary-classification") == pytest.approx(
        2 * roc_auc_score(target, told) - 1
    )
    assert predictive_power(feature, target, "regression") == pytest.approx(r2_score(target, told))


def test_what_is_missing_may_give_the_target_away():
    target = np.arange(600) % 2
    feature = np.where(target == 1, np.nan, np.random.default_rng(0).normal(size=600))

    assert predictive_power(feature, target, "binary-classification") == 1


def test_a_category_that_decides_one_class_of_several():
    target = np.arange(900) % 3
    feature = np.where(target == 2, "closed", np.array(["open", "new"])[np.arange(900) % 2])

    assert predictive_power(feature, target, "multiclass-classification") == 1


@pytest.mark.parametrize(
    ("feature", "target"), [([1, 2, 3], [0, 1]), ([1, 2], [1, 1]), ([1, 2], [0, np.nan])], ids=["length", "one", "nan"]
)
def test_targets_that_cannot_be_given_away(feature, target):
    with pytest.raises(ValueError, match="y_true"):
        predictive_power(feature, target, "binary-classification")


def named(features, target, task="binary-classification"):
    return [found.column for found in revealing(features, target, task)]


@pytest.fixture
def truth():
    return (np.random.default_rng(6).random(4000) < 0.22).astype(int)


@pytest.mark.parametrize("flipped", [0.001, 0.005, 0.01])
def test_a_copy_of_the_target_with_some_flipped_is_named(truth, flipped):
    rng = np.random.default_rng(7)
    copy = truth ^ (rng.random(4000) < flipped)

    assert named({"copy": copy, "good": truth + rng.normal(size=4000)}, truth) == ["copy"]


def test_a_copy_of_the_target_with_noise_is_named(truth):
    rng = np.random.default_rng(7)
    number = rng.normal(size=4000)

    assert named({"copy": truth + rng.normal(0, 0.3, 4000), "good": truth + rng.normal(size=4000)}, truth) == ["copy"]
    shaken = {"copy": number + rng.normal(0, 0.3, 4000), "good": number + rng.normal(size=4000)}
    assert named(shaken, number, "regression") == ["copy"]


def test_a_good_feature_among_as_good_ones_is_not_named(truth):
    """Of an easy task every column tells nearly all, and of a number another one may."""
    rng = np.random.default_rng(7)
    number = rng.normal(size=4000)

    easy = {f"c{k}": 5 * truth + rng.normal(0, 2, 4000) for k in range(5)}
    assert min(predictive_power(column, truth, "binary-classification") for column in easy.values()) > 0.9
    assert named(easy, truth) == []
    assert (
        named(
            {"weight": 3 + number * 2 + rng.normal(0, 0.5, 4000), "other": rng.normal(size=4000)}, number, "regression"
        )
        == []
    )


@pytest.mark.parametrize("share", [0.6, 0.8, 0.95])
def test_a_column_that_is_filled_for_most_of_a_class_is_named(truth, share):
    rng = np.random.default_rng(7)
    filled = (truth == 1) & (rng.random(4000) < share)

    assert named({"late": np.where(filled, rng.normal(size=4000), np.nan), "x": rng.normal(size=4000)}, truth) == [
        "late"
    ]
    assert named({"late": np.where(filled, np.nan, rng.normal(size=4000)), "x": rng.normal(size=4000)}, truth) == [
        "late"
    ]
    assert named({"late": np.where(filled, "closed", "open"), "x": rng.normal(size=4000)}, truth) == ["late"]


def test_gaps_that_only_lean_to_a_class_are_not_named(truth):
    rng = np.random.default_rng(7)
    gone = rng.random(4000) < np.where(truth == 1, 0.6, 0.2)

    assert named({"x": np.where(gone, np.nan, rng.normal(size=4000))}, truth) == []
