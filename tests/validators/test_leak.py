import numpy as np
import pytest
from scipy.stats import fisher_exact
from sklearn.metrics import r2_score, roc_auc_score

from mlops_validators.leak import Duplicates, _by_chance, exact_duplicates, judge_duplicates, near_duplicates
from mlops_validators.revealing import predictive_power, revealing


def table(rng, rows):
    return {
        "amount": rng.lognormal(8, 1, rows),
        "age": rng.integers(18, 90, rows),
        "place": np.array(["york", "kent", None], dtype=object)[rng.integers(0, 3, rows)],
        "rate": np.where(rng.random(rows) < 0.1, np.nan, rng.random(rows)),
    }


@pytest.fixture
def split():
    rng = np.random.default_rng(1)
    return table(rng, 3000), table(rng, 1000)


def planted(train, test, rows, change=lambda name, values: values):
    """The first rows of test become copies of training rows."""
    return {name: np.concatenate([change(name, train[name][:rows]), test[name][rows:]]) for name in train}


def test_a_clean_split_is_clean(split):
    assert exact_duplicates(*split).rows == 0
    assert judge_duplicates(exact_duplicates(*split)).verdict == "pass"


def test_rows_are_near_by_chance_as_often_as_in_training(split):
    found = near_duplicates(*split)

    assert found.rows > 0
    assert found.rows / 1000 == pytest.approx(found.expected, abs=0.03)
    assert judge_duplicates(found).verdict == "pass"


def test_many_near_copies_are_a_failure(split):
    train, test = split

    assert judge_duplicates(near_duplicates(train, planted(train, test, 60))).verdict == "fail"


def test_copied_rows_are_found_and_no_others(split):
    train, test = split

    found = exact_duplicates(train, planted(train, test, 17))

    assert np.flatnonzero(found.found).tolist() == list(range(17))
    assert judge_duplicates(found).verdict == "fail"


def test_as_many_copies_as_chance_would_not_make_are_a_failure(split):
    train, test = split

    assert judge_duplicates(exact_duplicates(train, planted(train, test, 1))).verdict == "pass"
    assert judge_duplicates(exact_duplicates(train, planted(train, test, 8))).verdict == "fail"


@pytest.mark.parametrize(("across", "within"), [(5, 0), (12, 10), (40, 75), (90, 210)])
def test_chance_is_that_of_fishers_exact_test(across, within):
    found = Duplicates(np.arange(100) < across, within / 300, 300)

    exact = fisher_exact([[across, 100 - across], [within, 300 - within]], alternative="greater").pvalue

    assert _by_chance(found) == pytest.approx(exact, rel=1e-6)


def test_a_pair_that_chance_parts_is_no_leak():
    found = Duplicates(np.array([True] + [False] * 99), 0.0, 300)

    assert judge_duplicates(found).verdict == "pass"


def test_copies_with_one_column_changed_or_numbers_shaken_are_near(split):
    train, test = split
    other_age = planted(train, test, 9, lambda name, values: values + 1 if name == "age" else values)
    shaken = planted(train, test, 9, lambda name, values: values * (1 + 1e-9) if name == "amount" else values)

    for changed in (other_age, shaken):
        assert exact_duplicates(train, changed).rows == 0
        assert near_duplicates(train, changed).found[:9].all()


@pytest.mark.parametrize("columns", range(1, 8))
def test_twins_are_those_that_a_comparison_of_all_pairs_finds(columns):
    rng = np.random.default_rng(columns)
    train, test = (rng.integers(0, 4, (rows, columns)) for rows in (60, 40))
    apart = 0 if columns == 1 else 1

    found = near_duplicates(*({f"c{k}": rows[:, k] for k in range(columns)} for rows in (train, test)))

    across = (test[:, None] != train[None]).sum(axis=2) <= apart
    within = ((train[:, None] != train[None]).sum(axis=2) <= apart) & ~np.eye(60, dtype=bool)
    assert found.found.tolist() == across.any(axis=1).tolist()
    assert found.expected == within.any(axis=1).mean()


def test_numbers_at_the_ends_of_the_range_are_rounded_or_left():
    tiny, huge = {"a": [5e-324, 2e-310], "b": [1, 2]}, {"a": [1.7976e308, -np.inf], "b": [3, 4]}

    assert near_duplicates(tiny, tiny).found.all()
    assert not near_duplicates(tiny, huge).found.any()


def test_columns_of_few_values_repeat_by_chance():
    """Two small categories: every test row has a twin in training, and so has every training row."""
    rng = np.random.default_rng(2)
    train, test = ({"a": rng.integers(0, 3, n), "b": rng.integers(0, 3, n)} for n in (900, 300))

    found = exact_duplicates(train, test)

    assert found.rows == 300
    assert judge_duplicates(found).verdict == "pass"


def test_columns_are_not_confused():
    """A row with its two values exchanged is another row."""
    assert exact_duplicates({"a": [1.0], "b": [2.0]}, {"a": [2.0], "b": [1.0]}).rows == 0


def test_zero_has_one_sign_and_missing_is_missing():
    old, new = {"a": [0.0, np.nan], "b": ["x", None]}, {"a": [-0.0, np.nan], "b": ["x", np.nan]}

    assert exact_duplicates(old, new).found.all()


@pytest.mark.parametrize(
    ("train", "test"),
    [({}, {}), ({"a": [1]}, {"b": [1]}), ({"a": [1], "b": [1, 2]}, {"a": [1], "b": [1]}), ({"a": [1]}, {"a": []})],
    ids=["none", "names", "lengths", "empty"],
)
def test_tables_that_cannot_be_compared(train, test):
    with pytest.raises(ValueError, match="columns"):
        exact_duplicates(train, test)


def test_no_rows_never_pass():
    assert judge_duplicates(Duplicates(np.array([], dtype=bool), 0.0, 10)).verdict == "inconclusive"


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
