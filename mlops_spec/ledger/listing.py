"""Records for readers: filtered, as text, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.form import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mlops_spec.ledger.record import Record

COLUMNS = (
    *("seq", "time", "event", "result", "environment", "version"),
    *("serial", "digest", "actor", "approved_by", "reason"),
)


@dataclass(frozen=True)
class Filter:
    """Which records are wanted; None lets all through."""

    event: str | None = None
    environment: str | None = None
    version: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    models: frozenset[str] = frozenset()

    def __call__(self, record: Record) -> bool:
        what, time = record.what, moment(record.time)
        return (
            self.event in (None, record.event)
            and (not self.models or what.model in self.models)
            and self.environment in (None, what.environment)
            and self.version in (None, what.version)
            and self.actor in (None, record.who.actor.login)
            and (self.since is None or time >= self.since)
            and (self.until is None or time < self.until)
        )


def as_lines(records: Iterable[Record], *, several: bool = False) -> str:
    """One line to a record; where they are of several models, each begins with its model."""
    return "".join(f"{record.what.model + '  ' if several else ''}{line(record)}\n" for record in records)


def as_csv(records: Iterable[Record], *, several: bool = False) -> str:
    """A table, with a column of models where there are several; a cell that a spreadsheet would run is quoted."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*COLUMNS, "model"] if several else COLUMNS)
    for record in records:
        writer.writerow([*map(_inert, _row(record).values()), *([record.what.model] if several else [])])
    return stream.getvalue()


def as_json_text(records: Iterable[Record], *, several: bool = False) -> str:  # noqa: ARG001 - they say their model
    """A list of the whole records."""
    return json.dumps([as_json(record) for record in records], indent=2) + "\n"


def _row(record: Record) -> dict[str, str]:
    what, who = record.what, record.who
    reason = record.why.text if record.why and record.why.text else ""
    values = (
        record.seq,
        record.time,
        record.event,
        record.result or "",
        what.environment or "",
        what.version or "",
        "" if what.serial is None else what.serial,
        what.package.digest if what.package else "",
        who.actor.login,
        " ".join(approval.login for approval in who.approvals),
        reason,
    )
    return dict(zip(COLUMNS, map(str, values), strict=True))


def line(record: Record) -> str:
    """A record in one line."""
    row = _row(record)
    event = f"{row['event']} {row['result']}".rstrip()
    serial = row["serial"] and f"serial {row['serial']}"
    where = " ".join(each for each in (row["environment"], row["version"] or short(row["digest"]), serial) if each)
    by = row["actor"] + (f", approved by {row['approved_by']}" if row["approved_by"] else "")
    return f"{row['seq']:>6}  {row['time']}  {event:<26}  {where:<36}  {by}  {row['reason']}".rstrip()


def short(digest: str) -> str:
    """A digest's first digits.

    >>> short("sha256:9f2c000000"), short("")
    ('sha256:9f2c0000…', '')
    """
    return digest[:15] + "…" if digest else ""


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
