"""The form of a record: strict to read, canonical to write, chained by its hash."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mlops_spec.ledger.canonical import canonical
from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.record import Draft, Record
from mlops_spec.regex import regex
from mlops_spec.words.invalid import first_error

LIMIT = 65_536  # bytes of one record
GENESIS = "sha256:" + "0" * 64  # what the first record names as its predecessor
_DOMAIN = b"mlops-spec.audit.v1\x00"
# Where pydantic may have written a number otherwise than RFC 8785: whole floats, and exponents (negative ones alone,
# since a `Number` is below 2**53). Literals, which are found faster than a pattern that knows numbers from text.
_EXPONENT, _WHOLE = regex(rb"[0-9]e-[0-9]"), (b".0,", b".0}")


class MalformedError(ValueError):
    """The bytes are not a record; the message says why."""


_RECORD = TypeAdapter(Record)


def seal(draft: Draft, *, log: str, seq: int, prev: str, time: datetime) -> tuple[Record, bytes]:
    """Gives a draft its place: the record, and its canonical bytes.

    Raises:
        MalformedError: the draft breaks the record's own rules.
    """
    stamp = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {**as_json(draft), "v": 1, "log": log, "seq": seq, "prev": prev, "time": stamp}
    raw = canonical({**body, "hash": _hash(canonical(body))})
    return parse(raw), raw


def parse(raw: bytes) -> Record:
    """Reads one record: its shape, its one canonical form, and its hash.

    Raises:
        MalformedError: saying which of them doesn't hold.
    """
    if len(raw) > LIMIT:
        raise MalformedError(f"longer than {LIMIT} bytes")
    record = shaped(raw)
    if not _is_canonical(record, raw):
        raise MalformedError("not in canonical form")
    if record.hash != _hash(raw.replace(f',"hash":"{record.hash}"'.encode(), b"", 1)):
        raise MalformedError("its hash is not that of its content")
    return record


def shaped(raw: bytes) -> Record:
    """A record by its shape alone, of bytes that are known to be those that `parse` read once.

    Raises:
        MalformedError: it has another shape.
    """
    try:
        record = _RECORD.validate_json(raw)
    except ValidationError as error:
        place, message = first_error(error)
        raise MalformedError(f"{place}: {message}" if place else message) from None
    try:
        moment(record.time)
    except ValueError:
        raise MalformedError(f"time: {record.time} is no moment") from None
    return record


def as_json(part: Any) -> Any:
    """A part as JSON data, without what it leaves open."""
    if is_dataclass(part):
        pairs = ((field.name.rstrip("_"), getattr(part, field.name)) for field in fields(part))
        return {name: as_json(value) for name, value in pairs if value is not None and value != ()}
    return [as_json(each) for each in part] if isinstance(part, tuple) else part


def _is_canonical(record: Record, raw: bytes) -> bool:
    doubtful = (b"e-" in raw and _EXPONENT.search(raw)) or _WHOLE[0] in raw or _WHOLE[1] in raw
    if not doubtful and _RECORD.dump_json(record, exclude_defaults=True) == raw:
        return True
    return canonical(as_json(record)) == raw  # pydantic writes 0.000004 as 4e-6, which RFC 8785 does not


def _hash(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(_DOMAIN + body).hexdigest()
