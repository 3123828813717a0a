"""What a query finds is told by its text and the tables, not by the moment at which somebody asks.

With the clock or a random draw in it, nobody can say later which rows a version was meant to have: asked again, the
same commit finds others, and two people who import on one day have two data sets.

Bad:

    data:
      path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}
      target: label
      id: id
    # queries/rows.sql
    SELECT id, age, label FROM customers WHERE joined > now() - interval '90 days' ORDER BY id
    # data/rows.parquet.dvc
    outs: [{md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9, size: 9, hash: md5, path: rows.parquet}]

Good:

    data:
      path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}
      target: label
      id: id
    # queries/rows.sql
    SELECT id, age, label FROM customers WHERE joined > date '2026-01-01' ORDER BY id
    # data/rows.parquet.dvc
    outs: [{md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9, size: 9, hash: md5, path: rows.parquet}]

Fix: write the day into the query, and change it in a pull request; draw by a hash of the id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.sql import plain_sql
from mlops_spec.spec.data import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS831"
NAME = "unsteady-query"
SEVERITY: Severity = "warning"

_UNSTEADY = regex(
    r"\b(now|random|rand|getdate|sysdate|clock_timestamp|localtimestamp|newid|gen_random_uuid|uuid)\s*\("
    r"|\b(current_(date|time|timestamp)|sysdate|tablesample)\b|\b(date|datetime|julianday)\s*\(\s*'now'",
    re.IGNORECASE,
)


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    path = spec.data.path
    text = repository.text(path.sql) if isinstance(path, Query) else None
    if text and (match := _UNSTEADY.search(plain_sql(text, "'now'"))):
        word = match[0].rstrip("( ")
        message = f"`{word}` in the query finds other rows each time"
        yield Finding(("data", "path", "sql"), message, "write the value into the query")
