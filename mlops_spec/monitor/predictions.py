"""The prediction log as a frame: what one version was asked in a span of time, by which name, and its answers."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.file_measures import measured
from mlops_spec.package.moments import parsed
from mlops_spec.spec.data import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlops_spec.package.manifest import Tensor

MOST_ROWS = 200_000  # the newest are taken


@dataclass(frozen=True)
class Live:
    """Rows that were asked, newest last: `inputs` by the model's columns, `names` (None: unnamed), `scores`.

    `unreadable` counts lines that are none of ours; the last one of a file may be half written and does not count.
    """

    inputs: pd.DataFrame
    names: tuple[str | None, ...]
    scores: np.ndarray
    unreadable: int = 0


@dataclass
class _Rows:
    columns: dict[str, list[list[Any]]]
    files: frozenset[str] = frozenset()  # columns of which only what is measured is kept
    names: list[list[str | None]] = field(default_factory=list)
    scores: list[np.ndarray] = field(default_factory=list)
    count: int = 0
    unreadable: int = 0


def read_log(folder: Path, digest: str, inputs: Sequence[Tensor], since: datetime) -> Live:
    """What the version with this digest answered since then, at most 200,000 rows.

    Raises:
        Failure: there is no such folder, or it can't be read (exit 78).
    """
    if not folder.is_dir():
        raise Failure(f"{folder}: no folder of a prediction log", exit_code=Exit.CONFIG, remedy="name it by --log")
    rows = _Rows({tensor.name: [] for tensor in inputs}, frozenset(tensor.name for tensor in inputs if tensor.file))
    try:
        for path in sorted(folder.glob("predictions-*.jsonl"), reverse=True):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < since or rows.count >= MOST_ROWS:
                break
            _file(path, digest, since, rows)
    except OSError as error:
        raise Failure(f"{folder}: {error.strerror}", exit_code=Exit.CONFIG) from error
    return _joined(rows, inputs)


def _file(path: Path, digest: str, since: datetime, rows: _Rows) -> None:
    mark = digest.encode()
    for line in reversed(path.read_bytes().splitlines(keepends=True)):
        if rows.count >= MOST_ROWS:
            return
        if mark not in line:
            continue
        try:
            record = json.loads(line)
            if record["digest"] != digest:
                continue
            if datetime.fromisoformat(record["time"]) < since:
                return
            _take(record, rows)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            rows.unreadable += line.endswith(b"\n")


def _take(record: dict[str, Any], rows: _Rows) -> None:
    given = {tensor["name"]: _flat(tensor["data"]) for tensor in record["request"]["inputs"]}
    output = record["response"]["outputs"][0]
    kind = object if output.get("datatype") == "BYTES" else np.float64
    scores = np.array(output["data"], dtype=kind).reshape(output["shape"])
    size = len(scores)
    columns = {name: given[name] for name in rows.columns}
    if any(len(column) != size for column in columns.values()):
        raise ValueError("the columns are of different lengths")
    for name, column in columns.items():
        rows.columns[name].append([*map(_measured, column)] if name in rows.files else column)
    rows.names.append(_names(record["request"].get("id"), size))
    rows.scores.append(scores)
    rows.count += size


def _names(identity: str | None, size: int) -> list[str | None]:
    """A request's `id` names its row; of several rows, as many names with commas between."""
    names = identity.split(",") if identity is not None and size > 1 else [identity]
    return [name.strip() if name else None for name in names] if len(names) == size else [None] * size


def _flat(data: list[Any]) -> list[Any]:
    return [row[0] if isinstance(row, list) else row for row in data]


def _joined(rows: _Rows, inputs: Sequence[Tensor]) -> Live:
    columns = {
        tensor.name: _typed([v for part in reversed(rows.columns[tensor.name]) for v in part], tensor)
        for tensor in inputs
        if not tensor.file
    }
    for name in rows.files:
        for measure in MEASURES:
            values = [found[measure] for part in reversed(rows.columns[name]) for found in part]
            columns[f"{name}.{measure}"] = pd.Series(values, dtype=np.float64)
    names = tuple(name for part in reversed(rows.names) for name in part)
    scores = np.concatenate(rows.scores[::-1]) if rows.scores else np.empty(0)
    return Live(pd.DataFrame(columns), names, scores, rows.unreadable)


def _measured(text: str | None) -> Mapping[str, float]:
    return measured(None if text is None else base64.b64decode(text))


def _typed(values: list[Any], tensor: Tensor) -> pd.Series:
    if tensor.timestamp:
        return parsed(pd.Series(values, dtype=object))
    if tensor.datatype == "BYTES":
        return pd.Series(values, dtype=object)
    if tensor.datatype == "BOOL" and None not in values:
        return pd.Series(values, dtype=bool)
    whole = tensor.datatype.startswith(("INT", "UINT")) and None not in values
    return pd.Series(values, dtype=np.int64 if whole else np.float64)
