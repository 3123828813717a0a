"""The check of the data file, as it is now, against the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.monitor.check import Check
from mlops_spec.pipeline.contract import check_table
from mlops_spec.pipeline.file_column import FileColumn
from mlops_spec.pipeline.rows import known_columns, open_table
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec


def check_data(root: Path, spec: Spec) -> Check:
    """Reads the data file and checks each promise of the contract.

    Raises:
        Failure: the file can't be read (78).
    """
    path = root / data_file(spec.data)
    try:
        table = open_table(path, known_columns(spec.data))
    except Failure as failure:
        if failure.exit_code != Exit.FINDINGS:
            raise
        return Check("data", (failure.message,))
    files = FileColumn.of(root, spec)
    found = [*check_table(spec, table), *(files.violations(table) if files else ())]
    return Check("data", tuple(map(str, found)), f"{table.rows:,} rows of {data_file(spec.data)}")
