"""A data set as columns that are read part by part: a frame is one part, a Parquet file as many as bound the memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PART = 2**18  # rows
LARGE = 2**24  # bytes
GROUPS = 16  # of columns that are read at a time


@dataclass(frozen=True)
class Table:
    """Names, rows, and a column's parts in order; a part's index counts the rows of the whole from 0."""

    names: tuple[str, ...]
    rows: int
    parts: Callable[[str], Iterator[pd.Series]]


def read_frame(path: Path) -> pd.DataFrame:
    """A Parquet file whole, as `pandas.read_parquet` has it; a large one some columns at a time.

    Read at once it is there three times: as bytes, as Arrow's table and as a frame.

    Raises:
        ArrowInvalid: it is no Parquet file.
    """
    names = pq.read_schema(regular(path)).names
    if path.stat().st_size < LARGE or len(set(names)) < len(names):
        return pd.read_parquet(regular(path))
    frames, size = [], len(names) // GROUPS + 1
    for first in range(0, len(names), size):
        frames.append(pd.read_parquet(regular(path), columns=names[first : first + size]))
        pa.default_memory_pool().release_unused()
    return pd.concat(frames, axis=1)


def whole(table: Table, name: str) -> pd.Series:
    """A column in one part."""
    return pd.concat(list(table.parts(name)), ignore_index=True)


def sampled(table: Table, most: int, seed: int) -> pd.DataFrame:
    """At most so many rows, drawn by the seed, in the order that they have; read part by part."""
    every = pd.Series(range(table.rows))
    some = every.sample(n=min(table.rows, most), random_state=seed).sort_values()
    return pd.DataFrame(
        {name: pd.concat([part[part.index.isin(some)] for part in table.parts(name)]) for name in table.names}
    )


def of_frame(frame: pd.DataFrame) -> Table:
    """Columns in one part each; where two have the same name, the first."""
    names, numbered = tuple(map(str, frame.columns)), frame.reset_index(drop=True)
    return Table(names, len(frame), lambda name: iter([numbered.iloc[:, names.index(name)]]))


def of_parquet(path: Path) -> Table:
    """Columns in parts of 262,144 rows, of the types that the whole file has in a frame.

    Raises:
        ArrowInvalid: it is no Parquet file.
    """
    with pq.ParquetFile(regular(path)) as file:
        schema, metadata = file.schema_arrow, file.metadata
    index = [name for name in (schema.pandas_metadata or {}).get("index_columns", []) if isinstance(name, str)]
    names = tuple(name for name in schema.names if name not in index)
    gaps = {name for place, name in enumerate(schema.names) if may_have_gaps(metadata, place)}

    def parts(name: str) -> Iterator[pd.Series]:
        start = 0
        with pq.ParquetFile(regular(path), buffer_size=2**20, pre_buffer=False) as file:
            for batch in file.iter_batches(PART, columns=[name], use_threads=False):
                values = series(batch.column(0), name in gaps)
                yield values.set_axis(pd.RangeIndex(start, start + len(values)))
                start += len(values)

    return Table(names, metadata.num_rows, parts)


def series(part: pa.Array, gaps: bool) -> pd.Series:
    """Whole numbers and booleans of a column that lacks some are kept as a frame keeps them, in every part."""
    if gaps and pa.types.is_integer(part.type):
        part = part.cast(pa.float64(), safe=False)
    values: pd.Series = part.to_pandas()
    return values.astype(object) if gaps and pa.types.is_boolean(part.type) else values


def may_have_gaps(metadata: pq.FileMetaData, column: int) -> bool:
    """Whether a column lacks values in a file, or its footer does not say."""
    found = [metadata.row_group(group).column(column).statistics for group in range(metadata.num_row_groups)]
    return any(each is None or not each.has_null_count or each.null_count for each in found)
