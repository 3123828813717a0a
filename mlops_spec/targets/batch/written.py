"""What a version was asked and answered in the days since: read from its manifests, its scores and their input."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.arrow_columns import frame_of
from mlops_spec.package.file_measures import measured_in_place
from mlops_spec.targets.batch.answers import scores_of
from mlops_spec.targets.batch.beside import folder_of, manifest_of
from mlops_spec.targets.batch.delivery import batches
from mlops_spec.targets.batch.score import PART, ROW
from mlops_spec.targets.batch.store import Part, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from mlops_spec.targets.batch.manifest import File, Manifest
    from mlops_spec.targets.batch.work import Places


@dataclass(frozen=True)
class Written:
    """Rows of one day: their inputs, what names them (None where no column does), and their scores (n,) or (n, k)."""

    inputs: pd.DataFrame
    names: tuple[str | None, ...]
    scores: np.ndarray


def written(places: Places, digest: str, days: Sequence[str], columns: list[str], most: int) -> Iterator[Written]:
    """The rows that the version with this digest scored on these days, in their order, at most so many in all.

    Raises:
        Failure: a store does not answer (69), or an input is no longer what was scored (1).
    """
    for day in days:
        out, folder = folder_of(places, day)
        manifest = manifest_of(out, folder)
        if manifest is None or manifest.digest != digest or most <= 0:
            continue
        found = _Day(places, out, folder, manifest).rows(columns, min(manifest.rows, most))
        most -= len(found.inputs)
        yield found


@dataclass(frozen=True)
class _Day:
    places: Places
    out: Store
    folder: str
    manifest: Manifest

    def rows(self, columns: list[str], count: int) -> Written:
        """The first so many of the day."""
        manifest = self.manifest
        scored = _first(self.out, f"{self.folder}/{manifest.predictions.name}", count)
        refused = _refused(self.out, self.folder, manifest)
        inputs = _joined(_kept(self.places, file, refused, columns, count) for file in manifest.inputs).head(count)
        named = [name for name in scored.schema.names if name in (manifest.key, PART, ROW)]
        names = scored.column(manifest.key).to_pylist() if manifest.key is not None else [None] * scored.num_rows
        batch = scored.drop_columns(named).combine_chunks().to_batches()[0]
        scores = scores_of(batch)
        return Written(inputs, tuple(names), scores[:, 0] if scores.shape[1] == 1 else scores)


def _first(store: Store, path: str, rows: int) -> pa.Table:
    found, count = [], 0
    with store.open(path) as source, pq.ParquetFile(source) as file:
        for batch in file.iter_batches():
            found.append(batch.slice(0, rows - count))
            count += found[-1].num_rows
            if count >= rows:
                break
    return pa.Table.from_batches(found)


def _refused(store: Store, folder: str, manifest: Manifest) -> set[tuple[str, int]]:
    if manifest.refusals is None:
        return set()
    lines = (store.read(f"{folder}/{manifest.refusals.name}") or b"").splitlines()
    return {(line[PART], line[ROW]) for line in map(json.loads, lines)}


def _joined(frames: Iterator[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(list(frames), ignore_index=True)


def _kept(places: Places, file: File, refused: set[tuple[str, int]], columns: list[str], most: int) -> pd.DataFrame:
    store, path = Store.of(file.name, places)
    if store.sha256(path) != file.sha256:
        raise Failure(f"{file.name} is not what was scored", exit_code=Exit.FINDINGS)
    part = Part(path, file.bytes, 0)
    dropped = {row for name, row in refused if name == part.name}
    frame = _joined(_some(batches(store, part, columns), most + len(dropped)))
    return frame.drop(index=[row for row in dropped if row < len(frame)]) if dropped else frame


def _some(found: Iterator[pa.RecordBatch], most: int) -> Iterator[pd.DataFrame]:
    for batch in found:
        yield measured_in_place(frame_of(batch))
        most -= batch.num_rows
        if most <= 0:
            return
