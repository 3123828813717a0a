"""A Parquet file as a frame of numbers, truth values, texts and moments: what no model takes is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from mlops_spec.package.arrow_columns import check_schema, plain_frame
from mlops_spec.pipeline.table import read_frame
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def read_parquet(path: Path) -> pd.DataFrame:
    """All rows; decimals become numbers, dates and times moments in UTC.

    Raises:
        Failure: a column holds lists, records, bytes or durations.
        ArrowInvalid: it is no Parquet file.
    """
    schema = pq.read_schema(regular(path))
    check_schema(path, schema)
    return plain_frame(read_frame(path), schema)
