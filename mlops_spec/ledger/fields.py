"""The values that a record's fields hold: digests, names, moments, numbers, lines of text."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from mlops_spec.regex import regex

_UNPRINTABLE = regex("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
ObjectId = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
Time = Annotated[str, StringConstraints(pattern=r"^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ$")]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=63)]
Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*(\[bot\])?$", max_length=100)]
VersionName = Annotated[str, StringConstraints(pattern=r"^v\d{1,6}\.\d{1,6}\.\d{1,6}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=300)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=1000)]
_LARGEST = 2**53
Number = (
    Annotated[float, Field(gt=-_LARGEST, lt=_LARGEST, allow_inf_nan=False)]
    | Annotated[int, Field(gt=-_LARGEST, lt=_LARGEST)]
)


def plain(text: str, limit: int = 1000) -> str:
    """Text made fit for a record: one line, nothing that a reader can't see, cut to `limit` characters."""
    line = _UNPRINTABLE.sub(" ", text).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def moment(time: str) -> datetime:
    """The moment of a record's `time`."""
    return datetime.fromisoformat(time)
