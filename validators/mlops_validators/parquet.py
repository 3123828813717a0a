"""Drift between Parquet files of any length: one column and a quarter of a million rows at a time.

A column of up to a million rows is read whole, and its drift is that of `drift`, exactly. Of a longer one a histogram
of 65,536 cells is made (see `histogram`): psi, jensen_shannon and chi2 are exact for bins whose edges lie within a
cell's share of the deciles, about 0.002 percent; ks and wasserstein come with the `error` that they may have.

Source: as `drift`; the bounds as `histogram`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mlops_validators.binning import FEW_VALUES, Bins
from mlops_validators.categories import as_text
from mlops_validators.distances import p_of_distance
from mlops_validators.drift import OF_VALUES, Drift, Method, drift, drift_of_counts
from mlops_validators.histogram import (
    Histogram,
    area_between,
    bins_from,
    edges_of,
    greatest_distance,
    histogram,
    recount,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from os import PathLike

    from mlops_validators.arrays import Anything, Floats, Integers

ROWS = 2**18  # read at a time
WHOLE = 2**20  # rows of a column that is read whole; beyond, so many are sampled for the edges
MOST_VALUES = 100_000


def drift_of_parquet(
    method: Method,
    reference: str | PathLike[str],
    current: str | PathLike[str],
    columns: Sequence[str] | None = None,
) -> dict[str, Drift]:
    """How far columns of `current` have moved from `reference`, in memory that does not grow with the rows.

    Args:
        method: as `drift` has them.
        reference: a Parquet file.
        current: another with the same columns.
        columns: which; None is all that both files have and the method can compare (numbers, for ks and wasserstein).

    Returns:
        Drift by column, 0 is none, in the order of `columns` or of the reference.

    Raises:
        ValueError: no Parquet file, a column is not there or not of one kind, or the method needs numbers; a column of
            texts has more than 100,000 different ones in the reference: it names rows, and says nothing of drift.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name, first in (("old", 0), ("new", 300)):
    ...     pq.write_table(pa.table({"x": range(first, first + 1000)}), folder / name)
    >>> round(drift_of_parquet("ks", folder / "old", folder / "new")["x"].value, 3)
    0.3
    """
    old, new = ParquetColumns(reference), ParquetColumns(current)
    if columns is None:
        columns = [name for name in old.names if name in new.names and (method not in OF_VALUES or old.is_number(name))]
    return {name: _drift(method, old, new, name) for name in columns}


class ParquetColumns:
    """The columns of a Parquet file, each read part by part.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "x"
    >>> pq.write_table(pa.table({"x": [3.0, 1.0, None]}), path)
    >>> ParquetColumns(path).rows
    3
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        try:
            with pq.ParquetFile(self.path) as file:
                self.rows: int = file.metadata.num_rows
                self._types = {field.name: field.type for field in file.schema_arrow}
        except (pa.ArrowInvalid, OSError) as error:
            raise ValueError(f"{path} is no Parquet file: {error}") from None

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(self._types)

    def is_number(self, name: str) -> bool:
        """Whether a column holds numbers; ValueError when there is no such column."""
        if name not in self._types:
            raise ValueError(f"{self.path} has no column `{name}`")
        kind = self._types[name]
        return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))

    def is_time(self, name: str) -> bool:
        """Whether a column holds dates or moments; ValueError when there is no such column."""
        if name not in self._types:
            raise ValueError(f"{self.path} has no column `{name}`")
        return bool(pa.types.is_timestamp(self._types[name]) or pa.types.is_date(self._types[name]))

    def parts(self, name: str) -> Iterator[pa.Array]:
        """The column, at most 262,144 rows at a time, read as it goes."""
        with pq.ParquetFile(self.path, buffer_size=2**20, pre_buffer=False) as file:
            for batch in file.iter_batches(ROWS, columns=[name], use_threads=False):
                yield batch.column(0)

    def whole(self, name: str) -> Anything:
        """The column as one array, NaN or None where missing."""
        parts = [part.to_numpy(zero_copy_only=False) for part in self.parts(name)]
        return np.concatenate(parts) if parts else np.empty(0)

    def numbers(self, name: str) -> Iterator[Floats]:
        """The parts of a column of numbers, NaN where missing."""
        for part in self.parts(name):
            yield pc.cast(part, pa.float64(), safe=False).to_numpy(zero_copy_only=False)


def edges_for(data: ParquetColumns, name: str, seed: int = 0) -> Floats:
    """Edges for the histogram of a column of numbers, from a million of its rows.

    Raises:
        ValueError: no row of them has a value.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "x"
    >>> pq.write_table(pa.table({"x": [3.0, 1.0, None]}), path)
    >>> edges_for(ParquetColumns(path), "x")
    array([1., 3.])
    """
    rng, share = np.random.default_rng(seed), min(1.0, WHOLE / max(1, data.rows))
    some = np.concatenate([part[rng.random(len(part)) < share] for part in data.numbers(name)])
    known = some[np.isfinite(some)]
    if not len(known):
        raise ValueError(f"`{name}` has no values in {data.path}")
    return edges_of(known)


def count_values(data: ParquetColumns, name: str, known: Mapping[str, int] | None = None) -> Counter[str | None]:
    """How often each value occurs, None the missing ones; with `known` any other is counted as "".

    Raises:
        ValueError: more than 100,000 different values, and none known.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "x"
    >>> pq.write_table(pa.table({"x": ["a", "b", "a"]}), path)
    >>> count_values(ParquetColumns(path), "x")
    Counter({'a': 2, 'b': 1})
    """
    counts: Counter[str | None] = Counter()
    for part in data.parts(name):
        for value, times in pc.value_counts(part).to_pandas().apply(lambda each: tuple(each.values())):
            gone = value is None or value != value  # noqa: PLR0124  NaN differs from itself
            text = None if gone else as_text(value)
            counts[text if text is None or known is None or text in known else ""] += times
        if known is None and len(counts) > MOST_VALUES:
            raise ValueError(f"`{name}` has more than {MOST_VALUES:,} different values: it names rows, so no drift")
    return counts


def _drift(method: Method, old: ParquetColumns, new: ParquetColumns, name: str) -> Drift:
    numeric = old.is_number(name)
    if numeric != new.is_number(name):
        raise ValueError(f"`{name}` is numbers in one file and not in the other")
    if max(old.rows, new.rows) <= WHOLE:
        return drift(method, old.whole(name), new.whole(name))
    if method in OF_VALUES and not numeric:
        raise ValueError(f"`{name}` must be numbers for this method")
    if not numeric:
        return _of_categories(method, old, new, name)
    edges = edges_for(old, name)
    if method not in OF_VALUES and len(edges) <= 2 * FEW_VALUES:
        return _of_categories(method, old, new, name)
    return _of_histograms(method, *(histogram(data.numbers(name), edges) for data in (old, new)))


def _of_histograms(method: Method, old: Histogram, new: Histogram) -> Drift:
    if method not in OF_VALUES:
        bins = bins_from(old)
        return drift_of_counts(method, recount(old, bins), recount(new, bins))
    distance, more = greatest_distance(old, new)
    p_value = p_of_distance(distance, old.rows, new.rows)
    if method == "ks":
        return Drift(distance, p_value, more)
    area, error = area_between(old, new)
    return Drift(area, p_value, error)


def _of_categories(method: Method, old: ParquetColumns, new: ParquetColumns, name: str) -> Drift:
    was = count_values(old, name)
    bins = Bins(values=tuple(sorted(value for value in was if value is not None)))
    place = {value: index for index, value in enumerate(bins.values or ())}
    return drift_of_counts(method, in_bins(was, bins), in_bins(count_values(new, name, place), bins))


def in_bins(counts: Counter[str | None], bins: Bins) -> Integers:
    """Counts by value as `binning.count` gives them: known values, others, missing.

    >>> in_bins(Counter({"a": 2, "c": 1, None: 4}), Bins(values=("a", "b")))
    array([2, 0, 1, 4])
    """
    values = bins.values or ()
    known = [counts[value] for value in values]
    others = sum(counts.values()) - sum(known) - counts[None]
    return np.array([*known, others, counts[None]], dtype=np.intp)
