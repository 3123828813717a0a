"""A delivery: the files of a day, checked whole before a row of them is scored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlops_spec.document.diagnostic import listed
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.arrow_columns import frame_of, values_of
from mlops_spec.targets.batch.manifest import File
from mlops_spec.targets.batch.outside import Reasons, reasons, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from mlops_spec.package.input_contract import InputContract
    from mlops_spec.package.manifest import Manifest, Tensor
    from mlops_spec.targets.batch.store import Part, Store

ROWS = 2**17  # of a part that is in memory at a time
FILES = 2**8  # of those whose columns hold files
_SHOWN = 5


@dataclass(frozen=True)
class Asking:
    """What a version asks of a delivery: its columns, what they must hold, and the column that names a row."""

    package: Manifest
    contract: InputContract | None
    key: str | None

    @property
    def columns(self) -> list[str]:
        """The columns that the model takes."""
        return [tensor.name for tensor in self.package.signature.inputs]

    @property
    def read(self) -> list[str]:
        """Those and the key, each once."""
        return list(dict.fromkeys([*self.columns, *([self.key] if self.key else [])]))

    @property
    def judged(self) -> list[str]:
        """Those of which a row can have a wrong one."""
        bound = self.contract.columns if self.contract is not None else {}
        whole = {tensor.name for tensor in self.package.signature.inputs if tensor.datatype == "INT64"}
        return [name for name in self.read if name in bound or name in whole or name == self.key]

    def outside(self, batch: pa.RecordBatch) -> Reasons:
        """What is wrong with the rows of a batch, by reason; it has at least the judged columns."""
        return self._reasons(frame_of(batch.select(self.judged)))

    def _reasons(self, frame: pd.DataFrame) -> Reasons:
        found = list(self._unnamed(frame))
        if self.contract is not None:
            found += reasons(frame, self.contract.columns)
        for tensor in self.package.signature.inputs:
            if tensor.datatype == "INT64" and frame[tensor.name].dtype.kind == "f":
                values = frame[tensor.name].to_numpy()
                if (cut := np.isfinite(values) & (values % 1 != 0)).any():
                    found.append((f"`{tensor.name}` must be whole: the model takes whole numbers", cut))
        return tuple(found)

    def _unnamed(self, frame: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
        if self.key is not None and (missing := frame[self.key].isna().to_numpy()).any():
            yield f"`{self.key}` must not be missing (data.id)", missing


@dataclass(frozen=True)
class Sound:
    """A part that may be scored: as it was found and hashed, and how many of its rows are set aside."""

    part: Part
    file: File
    refused: int


def checked(store: Store, parts: tuple[Part, ...], asking: Asking) -> tuple[Sound, ...]:
    """Reads every part whole: its hash, its schema, the rows that are outside the contract.

    Raises:
        Failure: one is no Parquet file, half written, or of another schema (1), or it changed meanwhile (75).
    """
    return tuple(_sound(store, part, asking) for part in parts)


def refuse_too_many(found: tuple[Sound, ...], most: float, asking: Asking, store: Store) -> None:
    """Raises Failure (1), with the first reasons, where a larger share of the rows is set aside than may be."""
    rows, refused = sum(each.file.rows for each in found), sum(each.refused for each in found)
    if not rows:
        raise Failure(f"{_names(store, found)}: no rows", exit_code=Exit.FINDINGS)
    if refused > most * rows:
        worst = max(found, key=lambda each: each.refused)
        raise Failure(
            f"{refused:,} of {rows:,} rows are outside the data contract, {most:.2%} may be: "
            + "; ".join(_first_reasons(store, worst, asking)),
            exit_code=Exit.FINDINGS,
            remedy="Nothing was written. Have the delivery mended, or say by `max_refused` how many may be set aside.",
        )


def batches(store: Store, part: Part, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """A part's rows, some at a time."""
    url = store.url(part.path)
    try:
        with store.open(part.path) as source, pq.ParquetFile(source, buffer_size=2**20, pre_buffer=False) as file:
            bytes_of_files = any(_holds_bytes(file.schema_arrow.field(name).type) for name in columns)
            yield from file.iter_batches(FILES if bytes_of_files else ROWS, columns=columns)
    except FileNotFoundError as error:
        raise _moved(url) from error
    except (pa.ArrowException, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise _half_written(url, error) from error


def refuse_moved(store: Store, part: Part) -> None:
    """Raises Failure (75) where a part is no longer as it was found."""
    if not store.is_same(part):
        raise _moved(store.url(part.path))


def _sound(store: Store, part: Part, asking: Asking) -> Sound:
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(store.sha256, part.path)
        rows = _rows_of_right_schema(store, part, asking)
        refused = _count_outside(store, part, asking)
        sha256 = digest.result()
    refuse_moved(store, part)
    return Sound(part, File(name=store.url(part.path), sha256=sha256, bytes=part.size, rows=rows), refused)


def _rows_of_right_schema(store: Store, part: Part, asking: Asking) -> int:
    url = store.url(part.path)
    try:
        with store.open(part.path) as source, pq.ParquetFile(source) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except FileNotFoundError as error:
        raise _moved(url) from error
    except (pa.ArrowException, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise _half_written(url, error) from error
    problems = [*_missing(schema, asking), *_of_other_types(schema, asking.package.signature.inputs)]
    if problems:
        raise Failure(
            f"{url} is not of the schema that the version takes: {'; '.join(problems)}",
            exit_code=Exit.FINDINGS,
            remedy="Have it delivered as before, or train and promote a version that takes the new columns.",
        )
    return int(rows)


def _missing(schema: pa.Schema, asking: Asking) -> Iterator[str]:
    if absent := [name for name in asking.columns if name not in schema.names]:
        yield f"it lacks {listed(absent[:10])}"
    if asking.key is not None and asking.key not in schema.names:
        yield f"it lacks `{asking.key}`, which names a row (data.id)"
    if twice := sorted({name for name in asking.read if schema.names.count(name) > 1}):
        yield f"{listed(twice)} stand{'s' * (len(twice) == 1)} twice"


def _of_other_types(schema: pa.Schema, inputs: tuple[Tensor, ...]) -> Iterator[str]:
    for tensor in inputs:
        if schema.names.count(tensor.name) == 1:
            kind = schema.field(tensor.name).type
            named, fits = _TAKEN["TIME" if tensor.timestamp else "FILE" if tensor.file else tensor.datatype]
            if not any(fit(values_of(kind)) for fit in fits):
                yield f"`{tensor.name}` is {kind}, and the model takes {named}"


def _holds_bytes(kind: pa.DataType) -> bool:
    return any(holds(values_of(kind)) for holds in _BYTES)


_BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_FLOATS = (pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
_TAKEN: dict[str, tuple[str, tuple[Any, ...]]] = {
    "INT64": ("whole numbers", (pa.types.is_integer, *_FLOATS)),
    "FP64": ("numbers", (pa.types.is_integer, *_FLOATS)),
    "BOOL": ("truth values", (pa.types.is_boolean, pa.types.is_null)),
    "BYTES": ("texts", (*_TEXTS, pa.types.is_null)),
    "FILE": ("the bytes of files", (*_BYTES, pa.types.is_null)),
    "TIME": ("times", (pa.types.is_timestamp, pa.types.is_date, *_TEXTS, pa.types.is_null)),
}


def _count_outside(store: Store, part: Part, asking: Asking) -> int:
    return sum(int(rows_of(found, count).sum()) for found, count in _judged(store, part, asking))


def _judged(store: Store, part: Part, asking: Asking) -> Iterator[tuple[Reasons, int]]:
    for batch in batches(store, part, asking.judged):
        yield asking.outside(batch), batch.num_rows


def _first_reasons(store: Store, worst: Sound, asking: Asking) -> list[str]:
    counts: dict[str, tuple[int, int]] = {}
    start = 0
    for found, count in _judged(store, worst.part, asking):
        for what, mask in found:
            first, known = counts.get(what, (start + int(mask.argmax()) + 1, 0))
            counts[what] = (first, known + int(mask.sum()))
        start += count
    worst_first = sorted(counts.items(), key=lambda item: -item[1][1])[:_SHOWN]
    name = worst.part.name
    return [
        f"{what} in {rows:,} row{'s' * (rows > 1)} of {name}, first in {first:,}" for what, (first, rows) in worst_first
    ]


def _names(store: Store, found: tuple[Sound, ...]) -> str:
    return listed([store.url(each.part.path) for each in found[:3]]) or "the delivery"


def _half_written(url: str, error: Exception) -> Failure:
    return Failure(
        f"{url} is no Parquet file, or half written: {str(error).splitlines()[0][:300] if str(error) else error!r}",
        exit_code=Exit.FINDINGS,
        remedy="Deliver under another name and rename it when it is whole.",
    )


def _moved(url: str) -> Failure:
    return Failure(
        f"{url} changed while it was read", exit_code=Exit.STALE, remedy="Score when the delivery is complete."
    )
