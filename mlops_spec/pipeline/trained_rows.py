"""The training rows of a package, as a sample of hashes: tells if a champion has seen the rows that judge it.

A row keeps its side of the split as long as its content does. Another column, salt or share draws sides anew, and a
champion then answers for rows that it was trained on. The sample holds the smallest hashes of whole rows, which say
nothing of a row that is not known already.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.manifest import canonical
from mlops_spec.pipeline.contents import hashes_of
from mlops_spec.pipeline.leak import content_names
from mlops_spec.system.regular import regular
from mlops_validators.duplicates import Duplicates, judge_duplicates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.spec.data import Data

NAME = "trained.json"  # in a package
SAMPLE = 1024


@dataclass(frozen=True)
class TrainedRows:
    """The smallest hashes of the training rows, over `columns`; `repeated` of the sample's `rows` have a twin in it."""

    by: str  # what the split drew by
    columns: tuple[str, ...]
    hashes: tuple[str, ...]  # ascending, hexadecimal
    rows: int
    repeated: int


def trained_rows(data: Data, path: Path, names: Sequence[str]) -> TrainedRows:
    """The sample of a Parquet file's rows, read a column at a time; `names` are all of its columns."""
    columns = [name for name in content_names(data, names) if name not in data.targets]
    found = hashes_of((name, pd.read_parquet(regular(path), columns=[name])[name]) for name in columns)
    distinct, times = np.unique(found, return_counts=True)
    times = times[:SAMPLE]
    return TrainedRows(
        data.split.by,
        tuple(columns),
        tuple(f"{each:016x}" for each in distinct[:SAMPLE].tolist()),
        int(times.sum()),
        int(times[times > 1].sum()),
    )


def trained_bytes(found: TrainedRows) -> bytes:
    """The bytes of `trained.json`."""
    return canonical({"v": 1, **asdict(found)})


def read_trained(package_dir: Path) -> TrainedRows | None:
    """The sample in a verified package; None for one that was built before there was any.

    Raises:
        Failure: it is none (exit 78).
    """
    path = package_dir / NAME
    try:
        record: dict[str, Any] = json.loads(path.read_bytes())
        if record.pop("v") != 1:
            raise ValueError("of another version")
        found = TrainedRows(**record | {"columns": tuple(record["columns"]), "hashes": tuple(record["hashes"])})
        _numbers(found)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Failure(f"{path} is no sample of rows: {error}", exit_code=Exit.CONFIG) from error
    return found


def seen(trained: TrainedRows, test: pd.DataFrame) -> str:
    """How a model with this sample has seen these test rows, more of them than by chance; empty where it has not.

    Where the sample's columns are not there any more, only a split by hash tells: it then drew all sides anew.
    """
    gone = [name for name in trained.columns if name not in test.columns]
    if gone:
        named = ", ".join(f"`{name}`" for name in gone[:5])
        return f"the sides of the split were drawn anew without {named}" if trained.by == "hash" else ""
    known, rows = _numbers(trained), hashes_of((name, test[name]) for name in trained.columns)
    if len(known) == SAMPLE:
        rows = rows[rows <= known[-1]]
    if not len(rows) or not trained.rows:
        return ""
    found = np.isin(rows, known)
    if judge_duplicates(Duplicates(found, trained.repeated / trained.rows, trained.rows)).verdict != "fail":
        return ""
    return f"it was trained on about {found.mean():.0%} of these test rows"


def _numbers(trained: TrainedRows) -> np.ndarray:
    return np.array([int(each, 16) for each in trained.hashes], dtype=np.uint64)
