"""The traffic of a model, as far as the spec's words tell it: "about 40 discharges a day"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "night": 86400, "week": 604_800, "month": 2_629_800}
_TIMES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "k": 1e3, "m": 1e6}
_TOLD = regex(
    r"\b([0-9][0-9,]*(?:\.[0-9]+)?) ?(k|m|thousand|million|billion)? (?:[a-z-]+ ){1,3}?(?:an?|per|each|every) "
    r"(second|minute|hour|day|night|week|month)\b",
    re.IGNORECASE,
)


def told_rate(spec: Spec) -> tuple[float, str] | None:
    """Requests a second and the words that say so; the most where several do; None where none does."""
    told = f"{spec.description or ''}. {spec.governance.intended_use or ''}"
    rates = [(_rate(*found.groups()), found[0]) for found in _TOLD.finditer(told)]
    return max(rates, default=None)


def _rate(count: str, times: str | None, unit: str) -> float:
    return float(count.replace(",", "")) * _TIMES.get((times or "").lower(), 1) / _SECONDS[unit.lower()]
