"""Columns as pandas and NumPy hold them."""

import numpy as np
import pandas as pd
import pytest

from mlops_validators.categories import MISSING, categories, crossed

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


def test_only_combinations_that_occur():
    found = crossed([["a", "a", "b"], [1, 1, 2], [None, "x", "x"]])

    assert found.names == ("a & 1 & x", "a & 1 & (missing)", "b & 2 & x")
    assert found.codes.tolist() == [1, 0, 2]


@pytest.mark.parametrize("column", [[], [[1, 2]], 3])
def test_what_is_no_column(column):
    with pytest.raises(ValueError, match="one value per row"):
        categories(column)
