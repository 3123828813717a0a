"""Drift between Parquet files: what arrays give, or within the bound that it states, in memory that stays the same."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_validators import parquet
from mlops_validators.binning import bins_of, count
from mlops_validators.distances import kolmogorov_smirnov, wasserstein
from mlops_validators.drift import drift, drifted
from mlops_validators.histogram import area_between, edges_of, greatest_distance, histogram
from mlops_validators.parquet import drift_of_parquet

METHODS = ["psi", "jensen_shannon", "chi2", "ks", "wasserstein"]


@pytest.fixture
def long(monkeypatch):
    """As if every column were too long to be read whole."""
    monkeypatch.setattr(parquet, "WHOLE", 5000)
    monkeypatch.setattr(parquet, "ROWS", 777)


def columns(rng, rows, shift=0.0):
    number = rng.normal(size=rows) + shift
    return {
        "number": pa.array(number, mask=rng.random(rows) < 0.05),
        "whole": pa.array((number * 1000).astype(int)),
        "small": pa.array(number.astype(np.float32)),
        "ties": pa.array(np.where(rng.random(rows) < 0.3, 0.0, number).round(1)),
        "few": pa.array(rng.integers(0, 4, rows), mask=rng.random(rows) < 0.1),
        "text": pa.array(rng.choice(["a", "b", "c"], rows, p=[0.6, 0.3 - shift, 0.1 + shift]), mask=number < -1),
        "yes": pa.array(number > 0),
        "coded": pa.array(rng.choice(["u", "v"], rows)).dictionary_encode(),
    }


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    for name, rows, shift in (("old", 40_000, 0.0), ("new", 30_000, 0.2)):
        pq.write_table(pa.table(columns(rng, rows, shift)), tmp_path / name, row_group_size=9000)
    return tmp_path / "old", tmp_path / "new"


def arrays(files, name):
    return [pq.read_table(file)[name].to_numpy() for file in files]


@pytest.mark.parametrize("method", METHODS)
def test_a_short_column_is_exact(files, method):
    found = drift_of_parquet(method, *files)

    assert found == {name: drift(method, *arrays(files, name)) for name in found}
    assert len(found) == (5 if method in {"ks", "wasserstein"} else 8)


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("method", METHODS)
def test_a_long_column_is_within_its_bound(files, method):
    for name, found in drift_of_parquet(method, *files).items():
        exact = drift(method, *arrays(files, name)).value

        if method in {"ks", "wasserstein"}:
            assert abs(found.value - exact) <= found.error + 1e-12
            assert found.error <= 0.02
        else:
            assert found.error == 0
            assert found.value == pytest.approx(exact, abs=2e-3)


@pytest.mark.usefixtures("long")
def test_categories_of_a_long_column_are_exact(files):
    for name in ("few", "text", "yes", "coded"):
        assert drift_of_parquet("psi", *files, columns=[name]) == {name: drift("psi", *arrays(files, name))}


values = st.lists(st.floats(-1e3, 1e3) | st.sampled_from([0.0, 1.0, 2.0]), min_size=2, max_size=40)


@given(values, values, st.integers(2, 12))
@settings(deadline=None)
def test_the_bounds_hold_for_any_columns(old, new, size):
    old, new = np.array(old), np.array(new)
    sides = [histogram([side[::2], side[1::2]], edges_of(old, size)) for side in (old, new)]
    distance, more = greatest_distance(*sides)

    assert distance - 1e-12 <= kolmogorov_smirnov(old, new)[0] <= distance + more + 1e-12
    if old.std() > 1e-3:
        area, error = area_between(*sides)
        assert abs(area - wasserstein(old, new)) <= error + 1e-6


def test_what_may_exceed_its_bound_counts_as_if_it_did():
    just = {"x": parquet.Drift(0.199, 0.0, error=0.002)}

    assert drifted(just, 0.2) == ["x"]
    assert drifted({"x": parquet.Drift(0.199, 0.0)}, 0.2) == []


def test_counts_are_those_of_the_bins(files):
    old, new = arrays(files, "number")
    bins = bins_of(old)

    assert drift("psi", old, new).value == parquet.drift_of_counts("psi", count(bins, old), count(bins, new)).value


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    ("table", "method", "message"),
    [
        ({"y": [1.0] * 6000}, "psi", "has no column `x`"),
        ({"x": ["a"] * 6000}, "psi", "numbers in one file and not in the other"),
        ({"x": [np.nan] * 6000}, "ks", "no values"),
        ({"x": [np.inf] * 6000}, "ks", "infinite"),
    ],
)
def test_what_cannot_be_compared(tmp_path, table, method, message):
    pq.write_table(pa.table({"x": np.arange(6000.0)}), tmp_path / "old")
    pq.write_table(pa.table(table), tmp_path / "new")

    with pytest.raises(ValueError, match=message):
        drift_of_parquet(method, tmp_path / "old", tmp_path / "new", columns=["x"])


@pytest.mark.usefixtures("long")
def test_a_column_of_names(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_VALUES", 5000)
    pq.write_table(pa.table({"x": [f"n{row}" for row in range(6000)]}), tmp_path / "old")

    with pytest.raises(ValueError, match="names rows"):
        drift_of_parquet("psi", tmp_path / "old", tmp_path / "old")


def test_no_parquet_file(tmp_path):
    (tmp_path / "old").write_bytes(b"PAR1 but no more")

    with pytest.raises(ValueError, match="no Parquet file"):
        drift_of_parquet("psi", tmp_path / "old", tmp_path / "missing")


LONG = """
import resource, sys
import numpy, pyarrow
from mlops_validators.parquet import drift_of_parquet
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
drift_of_parquet(sys.argv[1], sys.argv[2], sys.argv[2])
base = peak()
drift_of_parquet(sys.argv[1], sys.argv[3], sys.argv[3])
print((peak() - base) / 1024)
"""


@pytest.mark.quick("psi")
@pytest.mark.parametrize("method", ["psi", "ks"])
def test_five_times_the_rows_take_no_more_memory(tmp_path, method):
    """Ten million more rows are 76 MiB, of one row group; they must not be seen in the peak."""
    rng = np.random.default_rng(0)
    for name, rows in (("short", 2_500_000), ("long", 12_500_000)):
        pq.write_table(
            pa.table({"x": rng.random(rows)}), tmp_path / name, row_group_size=rows, use_dictionary=False,
            compression="none",
        )  # fmt: skip

    command = [sys.executable, "-c", LONG, method, str(tmp_path / "short"), str(tmp_path / "long")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert float(done.stdout) <= 30
