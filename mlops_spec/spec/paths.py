"""The paths of a spec's data in the repository."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.spec.data import Import, Query

if TYPE_CHECKING:
    from mlops_spec.spec.data import Data


def data_file(data: Data) -> str:
    """Where the rows lie in the repository; imported ones land in `data/` under the last part of their address.

    Those of a query have its name.
    """
    if isinstance(data.path, Import):
        return f"data/{PurePosixPath(data.path.import_).name}"
    if isinstance(data.path, Query):
        return f"data/{PurePosixPath(data.path.sql).stem}.parquet"
    return data.path


def named_files(data: Data) -> tuple[str, ...]:
    """The folder of the files that rows name, where they name any."""
    return (data.files.root,) if data.files else ()


def data_paths(data: Data) -> tuple[str, ...]:
    """All that the model learns from: the rows, and the files that they name."""
    return (data_file(data), *named_files(data))
