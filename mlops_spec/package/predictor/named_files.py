"""Rows that name files, given to a model as the files' bytes: so many at a time as a bound of memory holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.package.predictor.load import Predict

_ROWS = 256
_BYTES = 2**25


@dataclass(frozen=True)
class NamedFiles:
    """The column that names files, and the column with the SHA-256 that each of them has."""

    column: str
    digest: str

    def filled(self, rows: pd.DataFrame, folder: Path) -> pd.DataFrame:
        """The rows with each file's bytes where its path below a folder is.

        Raises:
            Failure: a file can't be read (78), or is another than the split found (75).
        """
        given = zip(rows[self.column], rows[self.digest], strict=True)
        content = [_read(folder / name, digest) for name, digest in given]
        return rows.assign(**{self.column: pd.Series(content, index=rows.index, dtype=object)})

    def reading(self, predict: Predict, folder: Path) -> Predict:
        """The same function, of rows that name files."""

        def answer(rows: pd.DataFrame) -> np.ndarray:
            parts = [predict(self.filled(rows.iloc[start:end], folder)) for start, end in self._parts(rows, folder)]
            return np.concatenate(parts) if parts else predict(self.filled(rows, folder))

        return answer

    def _parts(self, rows: pd.DataFrame, folder: Path) -> Iterator[tuple[int, int]]:
        start, held = 0, 0
        for place, name in enumerate(rows[self.column]):
            size = _size(folder / name)
            if place > start and (place - start >= _ROWS or held + size > _BYTES):
                yield start, place
                start, held = place, 0
            held += size
        if len(rows):
            yield start, len(rows)


def _read(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Failure(f"{path} can't be read: {error.strerror}", exit_code=Exit.CONFIG) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise Failure(
            f"{path} changed since the rows were split",
            exit_code=Exit.STALE,
            remedy="`mlops-spec run` brings everything up to date.",
        )
    return content


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # said when it is read
