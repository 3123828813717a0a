"""Rows are CSV or Parquet.

A workbook, JSON or a packed file is committed, pushed and fetched, and the first stage that reads it stops.

Bad:

    data:
      path: data/rows.xlsx
      target: label
      id: id

Good:

    data:
      path: data/rows.csv
      target: label
      id: id

Fix: export it as CSV or Parquet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.data import Import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS133"
NAME = "foreign-format"
SEVERITY: Severity = "error"


_OTHERS = regex(
    r"\.(xlsx?|xlsm|ods|json|jsonl|ndjson|xml|html?|pdf|pkl|pickle|joblib|npy|npz|h5|hdf5?|feather|arrow|avro|orc|sav|dta"
    r"|rds|rdata|sas7bdat|mat|db|sqlite3?|sql|gz|bz2|xz|zst|zip|tar|7z|docx?|txt\.gz)$",
    re.IGNORECASE,
)


def check(spec: Spec) -> Iterator[Finding]:
    path = spec.data.path
    files: list[tuple[Address, str]] = []
    if isinstance(path, Import):
        files.append((("data", "path", "import"), path.import_))
    elif isinstance(path, str):
        files.append((("data", "path"), path))
    if spec.monitor is not None and spec.monitor.performance is not None:
        files.append((("monitor", "performance", "labels"), spec.monitor.performance.labels))
    for place, name in files:
        if match := _OTHERS.search(name):
            yield Finding(place, f"`{match[0]}` is neither CSV nor Parquet", "export it as one of them")
