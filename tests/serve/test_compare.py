"""A shadow's answer is held against the stable version's: in numbers, and in what would be decided."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.targets.local.serve.compare import Compared, Deciding, compare

BINARY = Deciding("binary-classification", 0.5, (0, 1))
VALUES = Deciding("regression", 0.5, ())
SCORES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30)


def said(numbers: Any) -> bytes:
    array = np.asarray(numbers)
    return json.dumps({"outputs": [{"shape": list(array.shape), "data": array.ravel().tolist()}]}).encode()


@given(SCORES, st.floats(0, 1), st.floats(0, 1))
def test_each_version_decides_at_its_own_threshold(pairs: list[tuple[float, float]], low: float, high: float) -> None:
    old, new = np.array(pairs).T

    found = compare(said(old), Deciding(BINARY.task, low, (0, 1)), said(new), Deciding(BINARY.task, high, (0, 1)))

    assert found is not None
    assert (found.rows, found.disagreed) == (len(pairs), int(((old >= low) != (new >= high)).sum()))
    np.testing.assert_allclose([found.difference, found.largest], [abs(old - new).sum(), abs(old - new).max()])


@given(st.integers(1, 10), st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_of_classes_the_most_probable_is_the_decision(rows: int, width: int, seed: int) -> None:
    old, new = np.random.default_rng(seed).dirichlet(np.ones(width), (2, rows))
    deciding = Deciding("multiclass-classification", 0.5, [f"class {number}" for number in range(width)])

    found = compare(said(old), deciding, said(new), deciding)

    assert found is not None
    assert (found.rows, found.disagreed) == (rows, int((old.argmax(axis=1) != new.argmax(axis=1)).sum()))
    np.testing.assert_allclose(found.difference, abs(old - new).max(axis=1).sum())
    np.testing.assert_allclose(found.largest, abs(old - new).max())


def test_classes_are_compared_by_name() -> None:
    old, new = (Deciding("multiclass-classification", 0.5, classes) for classes in (("a", "b"), ("a", "c")))

    found = compare(said([[0.2, 0.8]]), old, said([[0.2, 0.8]]), new)

    assert found == Compared(1, 1, 0.0, 0.0)


def test_a_regression_decides_nothing() -> None:
    assert compare(said([1.0, 2.0]), VALUES, said([1.5, 4.0]), VALUES) == Compared(2, None, 2.5, 2.0)


@pytest.mark.parametrize(
    ("new", "deciding"),
    [([0.5], BINARY), ([[0.5], [0.5]], BINARY), ([[0.1, 0.9], [0.5, 0.5]], BINARY), ([1, 2], VALUES)],
)
def test_what_is_of_another_shape_or_task_has_no_comparison(new: Any, deciding: Deciding) -> None:
    assert compare(said([0.25, 0.75]), BINARY, said(new), deciding) is None
