"""A forecast goes by the steps that its description names.

Hourly sales that are forecast day by day, or a week's demand from rows of days, are other numbers than people read:
they order seven times too much, or too little.

Bad:

    task: forecasting
    description: Hourly load of each substation, two days ahead.
    data:
      path: data/rows.csv
      target: load
      time: day
      frequency: 1d
      season: 7d
      split: {by: time, horizon: 2d, folds: 90}
    gates:
      - metric: mase
        max: 0.8

Good:

    task: forecasting
    description: Daily load of each substation, two days ahead.
    data:
      path: data/rows.csv
      target: load
      time: day
      frequency: 1d
      season: 7d
      split: {by: time, horizon: 2d, folds: 90}
    gates:
      - metric: mase
        max: 0.8

Fix: write the steps that the rows have, in both places.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.cadence import amount, by_calendar
from mlops_spec.spec.said_numbers import NUMBER, said_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS183"
NAME = "contrary-frequency"
SEVERITY: Severity = "warning"

_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.0, "quarter": 2190.0, "year": 8760.0}
_ADVERBS = {
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
    "annual": "year", "annually": "year",
}  # fmt: skip
_UNIT = "minute|hour|day|week|month|quarter|year"
_STEP = regex(
    rf"\bsteps of ({NUMBER}) ({_UNIT})s?\b|\b({NUMBER})[- ]({_UNIT}) steps?\b|\b(half)-?(hour)ly\b", re.IGNORECASE
)
_EACH = regex(rf"\b(?:each|every|per|an?|by) ({_UNIT})\b|\b({'|'.join(_ADVERBS)})\b", re.IGNORECASE)
#: What is told of a horizon, or of how often somebody forecasts.
_BEFORE = regex(
    r"\b(?:within|for|over|in|of|after|next|once|twice|times|than|during|(?:made|run|runs|train\w*|updat\w+|order\w*|refresh\w*"
    r"|plan\w*|publish\w*|comput\w+|deliver\w*|review\w*)(?: \w+)?)\s*$",
    re.IGNORECASE,
)
_BEHIND = regex(r"\s*(?:ahead|in advance|before|ago|long|later|earlier|of\b)", re.IGNORECASE)
_ALIKE = 0.05


def check(spec: Spec) -> Iterator[Finding]:
    frequency = spec.data.frequency
    if frequency is None:
        return
    step = amount(frequency) * _HOURS["month"] if by_calendar(frequency) else amount(frequency) / 3600
    said = list(_said(spec.description or ""))
    if said and not any(abs(hours - step) <= _ALIKE * step for hours, _ in said):
        message = f"the description says `{said[0][1]}`, and the rows are {frequency} apart"
        yield Finding(("data", "frequency"), message, "write the steps that the rows have, in both places")


def _said(text: str) -> Iterator[tuple[float, str]]:
    """The steps that a text names, in hours, and its words."""
    for found in _STEP.finditer(text):
        number, unit = [each for each in found.groups() if each]
        count = 0.5 if number.lower() == "half" else said_number(number)
        yield count * _HOURS[unit.lower()], found[0]
    for found in _EACH.finditer(text):
        word = (found[1] or found[2]).lower()
        if _BEFORE.search(text[: found.start()]) or (found[1] and _BEHIND.match(text, found.end())):
            continue
        yield _HOURS[_ADVERBS.get(word, word)], found[0]
