"""A folder of Parquet files as one table: the rows of its parts in the order of their paths.

A folder named `key=value` in it is a column of all the rows below (Hive's partitions), as Spark, Arrow and pandas
write them. Files whose names begin with `_` or `.`, such as `_SUCCESS`, are no parts.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from mlops_spec.document.diagnostic import listed
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.on_disk import file_sha256
from mlops_spec.pipeline.foreign_file import check_kind
from mlops_spec.pipeline.table import GROUPS, PART, Table, may_have_gaps, series
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = 5
_NULL = "=__HIVE_DEFAULT_PARTITION__"  # the folder of the rows whose key is missing


@dataclass(frozen=True)
class Parts:
    """The parts of one folder, of which all have the same columns."""

    folder: Path
    files: tuple[Path, ...]

    @cached_property
    def dataset(self) -> ds.Dataset:
        """Arrow's view of them."""
        return ds.dataset(
            [str(regular(file)) for file in self.files],
            format="parquet",
            partitioning=ds.HivePartitioning.discover(infer_dictionary=False),
            partition_base_dir=str(self.folder),
        )

    @property
    def schema(self) -> pa.Schema:
        """The columns of the files, and then those of the folders."""
        return self.dataset.schema.remove_metadata()

    def frame(self) -> pd.DataFrame:
        """All rows, some columns at a time: read at once they are there twice."""
        names = self.schema.names
        frames, size = [], len(names) // GROUPS + 1
        for first in range(0, len(names), size):
            some = self.dataset.to_table(columns=names[first : first + size], use_threads=False)
            frames.append(some.to_pandas(ignore_metadata=True))
            pa.default_memory_pool().release_unused()
        whole: pd.DataFrame = pd.concat(frames, axis=1)
        return whole

    def table(self) -> Table:
        """The same in parts of at most 262,144 rows."""
        footers = [pq.read_metadata(regular(file)) for file in self.files]
        own = pq.read_schema(regular(self.files[0])).names
        gaps = {name for place, name in enumerate(own) if any(may_have_gaps(each, place) for each in footers)}
        gaps |= {part.removesuffix(_NULL) for file in self.files for part in file.parts if part.endswith(_NULL)}
        return Table(
            tuple(self.schema.names), sum(each.num_rows for each in footers), lambda name: self._column(name, gaps)
        )

    def _column(self, name: str, gaps: set[str]) -> Iterator[pd.Series]:
        start = 0
        for batch in self.dataset.to_batches(
            columns=[name], batch_size=PART, batch_readahead=1, fragment_readahead=1, use_threads=False
        ):
            values = series(batch.column(0), name in gaps)
            yield values.set_axis(pd.RangeIndex(start, start + len(values)))
            start += len(values)


def parts_of(folder: Path) -> Parts:
    """The parts of a folder.

    Raises:
        Failure: there is none, something else lies among them, one is damaged or empty of bytes, or their columns
            differ (exit 1).
    """
    files: list[Path] = []
    others: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(("_", ".")))
        for name in names:
            if not name.startswith(("_", ".")):
                (files if name.endswith(".parquet") else others).append(Path(place, name))
    if others or not files:
        found = (
            f"there is {listed([str(each.relative_to(folder)) for each in sorted(others)[:_SHOWN]])}"
            if others
            else "none"
        )
        _refuse(f"{folder} must hold Parquet files (.parquet) and nothing else: {found}", "Move what is no part away.")
    files.sort(key=lambda each: each.relative_to(folder).parts)
    _check_same_columns(files)
    return Parts(folder, tuple(files))


def sha256_of(path: Path) -> str:
    """SHA-256 of a data file in hex; of a folder, that of its parts' names and SHA-256, a line for each."""
    if path.is_file():
        return file_sha256(path)
    state = hashlib.sha256()
    for file in parts_of(path).files:
        state.update(f"{file_sha256(file)}  {file.relative_to(path).as_posix()}\n".encode())
    return state.hexdigest()


def _check_same_columns(files: list[Path]) -> None:
    first = _schema(files[0])
    for file in files[1:]:
        if (other := _schema(file)) == first:
            continue
        columns = {**_described(first, other), **_described(other, first)}
        wrong = "".join(
            f"\n  {name}: {_type(first, name)} in {files[0].name}, {_type(other, name)} in {file.name}"
            for name in columns
        )
        _refuse(
            f"{file} has other columns than {files[0]}:{wrong or ' their order'}",
            "Write all parts with the same columns.",
        )


def _schema(file: Path) -> pa.Schema:
    check_kind(file)
    try:
        return pq.read_schema(regular(file)).remove_metadata()
    except pa.ArrowException as error:
        _refuse(f"{file} is no Parquet file: {error}", "Write it again: perhaps it is half written.")


def _described(schema: pa.Schema, other: pa.Schema) -> dict[str, None]:
    return {name: None for name in schema.names if _type(schema, name) != _type(other, name)}


def _type(schema: pa.Schema, name: str) -> str:
    return str(schema.field(name).type) if name in schema.names else "absent"


def _refuse(message: str, remedy: str) -> NoReturn:
    raise Failure(message, exit_code=Exit.FINDINGS, remedy=remedy)
