"""The distance of two versions' scores, against the statistic and the p-value of the evidence library."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.package.shift import ALPHA, by_chance, distance, rows_needed
from mlops_validators.drift import drift

SAMPLE = st.lists(st.integers(-20, 20), min_size=1, max_size=60)


def bins(sample: list[int]) -> list[tuple[int, int]]:
    return sorted(Counter(sample).items())


@given(SAMPLE, SAMPLE)
def test_it_is_the_kolmogorov_smirnov_distance_of_the_bins(old: list[int], new: list[int]) -> None:
    found = distance(bins(old), bins(new))

    assert math.isclose(found, drift("ks", old, new).value, abs_tol=1e-12)
    assert 0 <= found <= 1
    assert distance(bins(new), bins(old)) == found


@given(SAMPLE)
def test_a_sample_is_not_away_from_itself(sample: list[int]) -> None:
    assert distance(bins(sample), bins(sample * 3)) < 1e-12


def test_what_lies_apart_is_one_away() -> None:
    assert distance([(-3, 7)], [(5, 2)]) == 1


@pytest.mark.parametrize(("old", "new"), [([], []), ([(1, 5)], []), ([], [(1, 5)]), ([(1, 0)], [(1, 5)])])
def test_without_scores_there_is_none(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="both sides need scores"):
        distance(old, new)


def test_counts_below_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        distance([(1, 5)], [(1, -5), (2, 10)])


def test_by_chance_is_where_the_p_value_is_alpha() -> None:
    rows = 2000
    shift = round(by_chance(rows, rows) * rows)
    old = np.arange(rows)

    found = drift("ks", old, old + shift)

    assert found.value == pytest.approx(shift / rows)
    assert found.p_value == pytest.approx(ALPHA, rel=0.05)


def test_chance_exceeds_it_no_oftener_than_said() -> None:
    random = np.random.default_rng(7)
    bound = by_chance(150, 300)

    # 2,000 pairs of samples of one distribution
    beyond = sum(
        distance(bins(random.integers(0, 100, 150).tolist()), bins(random.integers(0, 100, 300).tolist())) > bound
        for _ in range(2000)
    )

    assert 0 < beyond <= 2000 * ALPHA * 1.5


def test_without_a_side_chance_may_do_anything() -> None:
    assert (by_chance(0, 10), by_chance(10, 0)) == (math.inf, math.inf)


@given(st.floats(0.02, 1), st.integers(1, 99))
def test_the_rows_that_are_needed_are_enough_and_one_in_fifty_fewer_are_not(bound: float, weight: int) -> None:
    share = weight / 100
    needed = rows_needed(bound, share)

    assert by_chance(math.ceil(needed * (1 - share) / share), needed) <= bound
    few = math.floor(needed * 0.98) - 1
    assert few < 1 or by_chance(math.floor(few * (1 - share) / share), few) > bound
