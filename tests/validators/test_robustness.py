import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_validators.robustness import applies, perturb

NUMBERS = np.random.default_rng(0).normal(50, 10, 400)
CITIES = np.array(["york", "kent", None, "bath"], dtype=object)[np.arange(400) % 4]
FITTING = [(kind, NUMBERS) for kind in ("missing", "noise", "shift", "rounding")]
FITTING += [(kind, CITIES) for kind in ("missing", "noise", "unseen_category", "typos", "case", "whitespace")]


def same(left, right):
    return np.array([a is b or a == b or (a != a and b != b) for a, b in zip(left, right, strict=True)])


@pytest.mark.parametrize(("kind", "column"), FITTING)
def test_the_rate_is_the_share_that_may_change(kind, column):
    worse = perturb(kind, column, rate=0.25, seed=3)

    assert 50 <= np.count_nonzero(~same(worse, column)) <= 100
    assert same(worse, perturb(kind, column, rate=0.25, seed=3)).all()


def test_the_column_given_stays():
    before = NUMBERS.copy()

    perturb("noise", NUMBERS, rate=1, seed=0)

    assert (before == NUMBERS).all()


def test_what_each_kind_does_to_numbers():
    assert np.isnan(perturb("missing", NUMBERS, rate=1, seed=0)).all()
    assert perturb("shift", NUMBERS, rate=1, seed=0) - NUMBERS == pytest.approx(np.full(400, NUMBERS.std() / 2))
    assert (perturb("noise", NUMBERS, rate=1, seed=0) - NUMBERS).std() == pytest.approx(NUMBERS.std() / 10, rel=0.1)
    assert perturb("rounding", [1234.0, -0.0456, 0.0, np.nan], rate=1, seed=0) == pytest.approx(
        [1200.0, -0.046, 0.0, np.nan], nan_ok=True
    )


def test_the_spread_may_be_that_of_other_rows():
    assert perturb("shift", [1.0, 2.0], rate=1, seed=0, spread=20.0) == pytest.approx([11.0, 12.0])
    assert perturb("noise", NUMBERS, rate=1, seed=0, spread=0.0) == pytest.approx(NUMBERS)


def test_what_each_kind_does_to_categories():
    assert set(perturb("unseen_category", ["a", "(unseen)"], rate=1, seed=0)) == {"(unseen)?"}
    assert set(perturb("missing", CITIES, rate=1, seed=0)) == {None}
    assert set(perturb("noise", CITIES, rate=1, seed=0)) == set(CITIES)


def test_what_each_kind_does_to_texts():
    texts = ["the cat sat on the mat, and the dog lay beside it", "YORK", "", None, 5]
    typed, cased, spaced = (perturb(kind, texts, rate=1, seed=0) for kind in ("typos", "case", "whitespace"))

    assert cased.tolist() == [texts[0].upper(), "york", "", None, 5]
    assert spaced.tolist() == [f" {texts[0].replace(' ', '  ')}\n", " YORK\n", " \n", None, 5]
    assert typed.tolist()[2:] == ["", None, 5]
    assert typed[0] != texts[0]
    assert abs(len(typed[0]) - len(texts[0])) <= 3
    many = perturb("typos", ["the cat sat on the mat"] * 500, rate=1, seed=0)
    assert {len(each) for each in many} == {20, 21, 22, 23, 24}
    assert np.count_nonzero(many == "the cat sat on the mat") == 0


def test_integers_may_go_missing():
    assert np.isnan(perturb("missing", [1, 2], rate=0.5, seed=0)).sum() == 1


@pytest.mark.parametrize(
    ("kind", "column"),
    [("unseen_category", NUMBERS), ("typos", NUMBERS), ("case", NUMBERS), ("shift", CITIES), ("rounding", CITIES)],
)
def test_a_kind_that_does_not_fit(kind, column):
    assert not applies(kind, column)
    with pytest.raises(ValueError, match="does not fit"):
        perturb(kind, column, rate=0.1, seed=0)


@pytest.mark.parametrize(("column", "rate"), [([], 0.1), ([[1.0]], 0.1), ([1.0], 0.0), ([1.0], 1.1), ([1.0], np.nan)])
def test_what_cannot_be_perturbed(column, rate):
    with pytest.raises(ValueError, match=r"column|rate"):
        perturb("missing", column, rate=rate, seed=0)


@given(st.integers(1, 50), st.floats(0.001, 1))
def test_at_least_one_value_changes(rows, rate):
    worse = perturb("missing", np.ones(rows), rate=rate, seed=1)

    assert np.isnan(worse).sum() == max(1, round(rate * rows))
