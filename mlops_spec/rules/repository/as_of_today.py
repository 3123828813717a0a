"""What a query tells of a row is as it was on the row's day.

A balance that is joined as of yesterday, or the version of a customer that is current now, knows how each old row went
on. A split by time does not help, for all rows have it. Gates pass with ease, and live the model is far worse.

Bad:

    data:
      path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}
      target: label
      id: id
      split: {by: time, column: day}
      contract: {columns: {day: {type: timestamp}, balance: {type: number}}}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [id, day]}
    # queries/rows.sql
    SELECT s.id, s.day, b.balance, s.label
    FROM statements AS s
    JOIN balances AS b ON b.account = s.account AND b.is_latest
    ORDER BY s.id
    # data/rows.parquet.dvc
    outs: [{md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9, size: 9, hash: md5, path: rows.parquet}]

Good:

    data:
      path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}
      target: label
      id: id
      split: {by: time, column: day}
      contract: {columns: {day: {type: timestamp}, balance: {type: number}}}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [id, day]}
    # queries/rows.sql
    SELECT s.id, s.day, b.balance, s.label
    FROM statements AS s
    JOIN balances AS b ON b.account = s.account AND b.day = s.day
    ORDER BY s.id
    # data/rows.parquet.dvc
    outs: [{md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9, size: 9, hash: md5, path: rows.parquet}]

Fix: join by the row's own moment. What never changes, such as a country of birth, may be ignored with that reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.sql import plain_sql
from mlops_spec.spec.data import Query
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS851"
NAME = "as-of-today"
SEVERITY: Severity = "warning"

_NOW = (
    r"(?:current_date(?:\s*\(\s*\))?|current_timestamp|localtimestamp|sysdate"
    r"|(?:now|getdate|today|sysdate|curdate)\s*\(\s*\))"  # in any database
)
_JOIN = regex(
    r"\bjoin\s+(?:[\w.]+|\([^()]*\))(?:\s+(?:as\s+)?(?!on\b|using\b)(\w+))?\s+on\b(.*?)"
    r"(?=\b(?:(?:left|right|inner|full|cross|outer)\s+)*join\b|\bwhere\b|\bgroup\s+by\b|\border\s+by\b|\bhaving\b"
    r"|\bqualify\b|\blimit\b|\bunion\b|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_AT_NOW = (
    r"(?:current_date(?:\s*\(\s*\))?|current_timestamp|localtimestamp|sysdate"
    r"|(?:now|getdate|today|sysdate|curdate)\s*\(\s*\))"
)
_JOIN = regex(
    r"\bjoin\s+(?:[\w.]+|\([^()]*\))(?:\s+(?:as\s+)?(?!on\b|using\b)(\w+))?\s+on\b(.*?)"
    r"(?=\b(?:(?:left|right|inner|full|cross|outer)\s+)*join\b|\bwhere\b|\bgroup\s+by\b|\border\s+by\b|\bhaving\b"
    r"|\bqualify\b|\blimit\b|\bunion\b|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_AT_NOW = (
    rf"=\s*(?:\w+\s*\(\s*)?(?:' '\s*,\s*)?{_NOW}|=\s*\(\s*select\s+max\s*\(|\bis_(?:current|latest|newest)\b"
    r"|\b(?:current|latest)_(?:flag|row|record|version)\b|\b(?:valid|effective|active)_(?:to|until|end)\w*\s+is\s+null\b"
)
_IN_WHERE = (
    r"\.(?:is_(?:current|latest|newest)|(?:current|latest)_(?:flag|row|record|version))\b"
    r"|\.(?:valid|effective)_(?:to|until)\s+is\s+null\b"
)


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    path, moments = spec.data.path, _moments(spec)
    text = plain_sql(repository.text(path.sql) or "") if isinstance(path, Query) and moments else ""
    found = _joined_now(text, moments) or _told_now(spec, text)
    if found:
        message = f"`{found}` is as of today, and rows are of their own {moments[0]}"
        yield Finding(("data", "path", "sql"), message, "take what was known at the row's own moment")


def _moments(spec: Spec) -> list[str]:
    """The columns that say when a row was."""
    named = [spec.data.time, spec.data.split.column if spec.data.split.by == "time" else None]
    return list(dict.fromkeys(filter(None, named)))


def _joined_now(text: str, moments: list[str]) -> str:
    """What a join takes as of now, where it does not name the moment of the row."""
    of_row = re.compile(rf"\b(?:{'|'.join(map(re.escape, moments))})\b", re.IGNORECASE) if moments else None
    for alias, condition in _JOIN.findall(text):
        found = re.search(_AT_NOW, condition, re.IGNORECASE) or (
            re.search(rf"\b{re.escape(alias)}{_IN_WHERE}", text, re.IGNORECASE) if alias else None
        )
        others = re.sub(rf"\b{re.escape(alias)}\.\w+", " ", condition) if alias else condition
        if found and of_row and not of_row.search(others):
            return " ".join(found[0].lstrip("= ").split())
    return ""


def _told_now(spec: Spec, text: str) -> str:
    """The feature that a query counts up to now: `current_date - opened_on AS days_open`."""
    for item in _items(text) if re.search(_NOW, text, re.IGNORECASE) else ():
        named = re.search(r"\bas\s+(\w+)\s*$", item.strip(), re.IGNORECASE)
        column = named[1] if named and re.search(rf"\b{_NOW}", item, re.IGNORECASE) else ""
        if column in spec.data.contract.columns and column not in spec.data.targets and is_feature(spec, column):
            return column
    return ""


def _items(text: str) -> Iterator[str]:
    """The pieces of the outermost list that a query selects."""
    depth, item = 0, ""
    for piece in re.findall(r"[(),]|\bfrom\b|\bselect\b|[^(),\w]+|\w+", text, re.IGNORECASE):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth == 0 and (piece == "," or piece.lower() in ("from", "select")):
            yield item
            item = ""
        else:
            item += piece
