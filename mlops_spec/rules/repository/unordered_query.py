"""A query that says no order returns the same rows in another one tomorrow.

A database promises an order to who asks for one. The same rows in another order are another file: each import makes a
new version of the data, everything trains again, and nobody sees whether a row has changed.

Bad:

    data:
      path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}
      target: label
      id: id
    # queries/rows.sql
    SELECT id, age, label FROM customers
    # data/rows.parquet.dvc
    outs: [{md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9, size: 9, hash: md5, path: rows.parquet}]

Good:

    data:
      path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}
      target: label
      id: id
    # queries/rows.sql
    SELECT id, age, label FROM customers ORDER BY id
    # data/rows.parquet.dvc
    outs: [{md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9, size: 9, hash: md5, path: rows.parquet}]

Fix: end the query with ORDER BY what names a row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.sql import plain_sql
from mlops_spec.spec.data import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS830"
NAME = "unordered-query"
SEVERITY: Severity = "warning"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    path = spec.data.path
    text = plain_sql(repository.text(path.sql) or "") if isinstance(path, Query) else ""
    outermost = re.sub(r"\([^()]*\)", "", text)
    while outermost != text:
        text, outermost = outermost, re.sub(r"\([^()]*\)", "", outermost)
    if text.strip() and not re.search(r"\border\s+by\b", text, re.IGNORECASE):
        name = spec.data.id or "what names a row"
        yield Finding(("data", "path", "sql"), "the query says no order", f"end it with ORDER BY {name}")
