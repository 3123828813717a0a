"""A summary says what the scores are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.serve.scores import SIZE, summarise, unpack


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_probabilities_are_counted_in_ten_bins(values: list[float]) -> None:
    packed = summarise(np.array(values))
    scores = unpack(packed + b"payload")

    assert len(packed) == SIZE
    assert scores.number == sum(scores.bins) == len(values)
    assert (scores.low, scores.high) == (min(values), max(values))
    np.testing.assert_allclose(scores.mean, np.mean(values))


def test_bins_are_those_of_numpy() -> None:
    values = np.random.default_rng(7).random(1000)

    assert list(unpack(summarise(values)).bins) == np.histogram(values, bins=10, range=(0, 1))[0].tolist()


def test_values_outside_of_one_have_no_bins() -> None:
    scores = unpack(summarise(np.array([-3.0, 250.0])))

    assert (scores.mean, scores.low, scores.high, sum(scores.bins)) == (123.5, -3.0, 250.0, 0)


def test_of_class_probabilities_the_top_counts() -> None:
    scores = unpack(summarise(np.array([[0.1, 0.7, 0.2], [0.5, 0.25, 0.25]])))

    assert (scores.number, scores.low, scores.high) == (2, 0.5, 0.7)
