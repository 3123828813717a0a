"""Columns as pandas and NumPy hold them."""

import numpy as np
import pandas as pd
import pytest

from mlops_validators.categories import MISSING, categories, crossed, missing

COLUMNS = {
    "list": ["a", "b", None],
    "list with nan": ["a", "b", float("nan")],
    "object": np.array(["a", "b", None], dtype=object),
    "pandas text": pd.Series(["a", "b", None]),
    "pandas category": pd.Series(["a", "b", None], dtype="category"),
    "pandas string": pd.Series(["a", "b", pd.NA], dtype="string"),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS.keys())
def test_missing_is_a_value_of_its_own(column):
    found = categories(column)

    assert found.names == ("a", "b", MISSING)
    assert found.codes.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("column", "names"),
    [
        ([2, 1, 2], ("1", "2")),
        ([True, False], ("False", "True")),
        ([1.5, np.nan], ("1.5", MISSING)),
        (pd.Series([1, None], dtype="Int64"), ("1", MISSING)),
        (np.array(["2026-01-01", "NaT"], dtype="datetime64[D]"), ("2026-01-01", MISSING)),
    ],
    ids=["integers", "booleans", "floats", "nullable", "times"],
)
def test_other_types(column, names):
    assert categories(column).names == names


@pytest.mark.parametrize("gone", [None, float("nan"), np.float64("nan"), pd.NaT, np.datetime64("NaT"), pd.NA])
def test_what_is_missing_among_objects(gone):
    column = np.array(["a", gone, 1, True, 1.0, gone, "", 0], dtype=object)

    assert missing(column).tolist() == [False, True, False, False, False, True, False, False]


def test_all_kinds_of_missing_beside_each_other():
    column = np.array([None, "a", pd.NA, float("nan"), pd.NaT, 2], dtype=object)

    assert missing(column).tolist() == [True, False, True, True, True, False]
    assert categories(column).names == ("2", "a", MISSING)


def test_objects_are_told_apart_by_their_texts():
    found = categories(np.array([True, 1, "1", 1.0, "b", "B", "ä", "\U0001f600", 10, 9], dtype=object))

    assert found.names == ("1", "1.0", "10", "9", "B", "True", "b", "ä", "\U0001f600")
    assert found.codes.tolist() == [5, 0, 0, 1, 6, 4, 7, 8, 2, 3]


def test_a_value_that_is_neither_there_nor_missing():
    with pytest.raises(ValueError, match="ambiguous"):
        missing(np.array([np.zeros(2), None], dtype=object))


def test_only_combinations_that_occur():
    found = crossed([["a", "a", "b"], [1, 1, 2], [None, "x", "x"]])

    assert found.names == ("a & 1 & x", "a & 1 & (missing)", "b & 2 & x")
    assert found.codes.tolist() == [1, 0, 2]


@pytest.mark.parametrize("column", [[], [[1, 2]], 3])
def test_what_is_no_column(column):
    with pytest.raises(ValueError, match="one value per row"):
        categories(column)
