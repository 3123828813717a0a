"""A summary says what the scores are."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.package.score_bins import EDGES
from mlops_spec.targets.local.serve.scores import Scores, summarise, unpack

VALUES = st.floats(allow_nan=False, allow_infinity=False)


def summary(values: list[float] | np.ndarray, *, probabilities: bool = True) -> Scores:
    packed = summarise(np.array(values, dtype=float), probabilities=probabilities)
    scores, size = unpack(packed + b"payload")

    assert size == len(packed)
    assert scores.probabilities is probabilities
    return scores


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_probabilities_are_counted_up_to_the_edges_of_their_bins(values: list[float]) -> None:
    scores = summary(values)

    expected = {number: 0 for number, _ in scores.bins}
    for value in values:
        expected[next(number for number, edge in enumerate(EDGES) if value <= edge)] += 1
    assert (scores.number, dict(scores.bins)) == (len(values), expected)
    np.testing.assert_allclose(scores.mean, np.mean(values))


def test_edges_ascend_to_one_and_hold_each_hundredth() -> None:
    assert all(low < high for low, high in itertools.pairwise(EDGES))
    assert EDGES[-1] == 1
    assert {number / 100 for number in range(1, 101)} <= set(EDGES)


def test_rare_events_and_near_certainties_are_told_apart() -> None:
    """All scores of a model of rare events lie below 0.01: ten times as much must be another bin there."""
    assert summary([0.0004]).bins != summary([0.004]).bins
    assert summary([1 - 0.0004]).bins != summary([1 - 0.004]).bins


@given(st.lists(VALUES, min_size=1, max_size=30))
def test_a_higher_value_has_no_lower_bin(values: list[float]) -> None:
    each = [summary([value], probabilities=False).bins[0][0] for value in sorted(values)]

    assert each == sorted(each)


@given(st.floats(1e-8, 1e12), st.booleans())
def test_values_in_one_bin_are_at_most_2_percent_apart(value: float, negative: bool) -> None:
    value = -value if negative else value

    assert summary([value], probabilities=False).bins != summary([value * 1.021], probabilities=False).bins


def test_values_of_any_size_can_be_packed() -> None:
    scores = summary([-1.7e308, -3.0, 0.0, 1e-300, 1.7e308], probabilities=False)

    assert [held for _, held in scores.bins] == [1, 1, 2, 1]


def test_of_class_probabilities_the_top_counts() -> None:
    scores = summary(np.array([[0.1, 0.7, 0.2], [0.5, 0.25, 0.25]]))

    assert (scores.number, [EDGES[number] for number, _ in scores.bins]) == (2, [0.5, 0.7])
