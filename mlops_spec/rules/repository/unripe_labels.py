"""A label is taken when it is known.

Whether somebody left within 60 days is known 60 days later. A query that takes rows up to today counts those of the
last 60 days as stayed: the newest rows are wrong, and these are the ones that a split by time tests.

Bad:

    data:
      path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}
      target: left_60d
      id: id
    # queries/rows.sql
    SELECT id, day, left_60d FROM snapshots WHERE day < (SELECT max(day) FROM snapshots) ORDER BY id
    # data/rows.parquet.dvc
    outs: [{md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9, size: 9, hash: md5, path: rows.parquet}]

Good:

    data:
      path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}
      target: left_60d
      id: id
    # queries/rows.sql
    SELECT id, day, left_60d FROM snapshots
    WHERE day < (SELECT max(day) FROM snapshots) - INTERVAL '60 days' ORDER BY id
    # data/rows.parquet.dvc
    outs: [{md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9, size: 9, hash: md5, path: rows.parquet}]

Fix: end as long before today as the label takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.data import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS845"
NAME = "unripe-labels"
SEVERITY: Severity = "warning"

_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30.4, "q": 91, "y": 365.25}
_LENGTH = r"'?\s*([0-9]{1,4})\s*'?\s*(hour|day|week|month|quarter|year)s?'?"
_INTERVAL = rf"(?:interval\s*{_LENGTH}|([0-9]{{1,4}})\b)"
_DATEADD = (
    r"date_?add\s*\(\s*'?(hour|day|week|month|quarter|year)s?'?\s*,\s*(-?)\s*([0-9]{1,4})\s*,\s*([\w.() ]+?)\s*\)"
)
_NEWEST = r"\(\s*select\s+max\s*\(\s*[\w.]+\s*\)\s+from\s+[\w.]+(?:\s+\w+)?\s*\)"
_CLOCK = r"current_date|current_timestamp|(?:now|getdate|today)\s*\(\s*\)|sysdate"
_NOW = rf"(?:{_NEWEST}|(?:{_CLOCK})(?:\s*\(\s*\))?(?:\s*::\s*date)?)"
_COMMENT = regex(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_AHEAD = regex(rf"(?P<moment>[\w.]+)\s*\+\s*{_INTERVAL}", re.IGNORECASE)
_ENDS = regex(
    rf"(?P<moment>[\w.]+(?:\s*::\s*\w+)?)\s*<=?\s*(?:{_NOW}(?:\s*-\s*{_INTERVAL})?(?!\s*[\w)]*\s*-)|{_DATEADD})",
    re.IGNORECASE,
)
_ADDED = regex(_DATEADD, re.IGNORECASE)
_NAMED = regex(r"(?:^|_)([0-9]{1,4})_?(h|d|w|m|mo|y|days?|weeks?|months?|years?)(?=_|$)")
_WITHIN = regex(r"\bwithin (?:the )?(?:next )?([0-9]{1,4})[ -]?(day|week|month|year)s?\b", re.IGNORECASE)
_ALIKE = 0.9  # as far as two months and 60 days are apart


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    path = spec.data.path
    text = _COMMENT.sub(" ", repository.text(path.sql) or "") if isinstance(path, Query) else ""
    ripe = max((*_of_label(spec), *_in_query(text)), default=0.0)
    for found in _ENDS.finditer(text) if ripe >= 1 else ():
        before = _before(found)
        if before is not None and before < ripe * _ALIKE:
            message = (
                f"a label is known {ripe:g} days after its row, and `{' '.join(found[0].split())}` takes later ones"
            )
            yield Finding(("data", "path", "sql"), message, f"end {ripe:g} days before")
            return


def _of_label(spec: Spec) -> Iterator[float]:
    """How long the label takes, as its name or the description tells it."""
    for target in spec.data.targets:
        yield from (int(number) * _DAYS[unit[0]] for number, unit in _NAMED.findall(target.lower()))
    yield from (int(number) * _DAYS[unit[0].lower()] for number, unit in _WITHIN.findall(spec.description or ""))


def _in_query(text: str) -> Iterator[float]:
    """How far behind a row's moment the query looks: `< s.day + INTERVAL '60 days'`."""
    for found in _AHEAD.finditer(text):
        if re.search(r"[<>]=?\s*$|between\s[^()]*\band\s*$", text[: found.start()], re.IGNORECASE):
            _, number, unit, alone = found.groups()
            yield int(number or alone) * _DAYS[(unit or "d")[0].lower()]
    for found in _ADDED.finditer(text):
        unit, sign, number, what = found.groups()
        if not sign and not re.fullmatch(_NOW, what, re.IGNORECASE):
            yield int(number) * _DAYS[unit[0].lower()]


def _before(found: re.Match[str]) -> float | None:
    """How many days before now a query's rows end; None where they end at something else."""
    _, number, unit, alone, of, sign, amount, what = found.groups()
    if of is None:
        return int(number or alone or 0) * _DAYS[(unit or "d")[0].lower()]
    if not sign or not re.fullmatch(_NOW, what, re.IGNORECASE):
        return None
    return int(amount) * _DAYS[of[0].lower()]
