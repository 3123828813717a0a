"""A spec names one horizon.

What the description promises for 30 days and the target counts for 90 is one of both, and whoever reads the card takes
the wrong one.

Bad:

    description: Probability that a customer comes back within 30 days.
    data:
      path: data/rows.csv
      target: returned_90d
      id: id

Good:

    description: Probability that a customer comes back within 90 days.
    data:
      path: data/rows.csv
      target: returned_90d
      id: id

Fix: write the horizon that the target has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS130"
NAME = "contrary-horizon"
SEVERITY: Severity = "warning"


_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30.4, "y": 365.25}
_SAID = regex(
    r"\b(?:within|in|over|during|for) (?:the )?(?:next |coming |following )?"
    r"([0-9]{1,4})[ -]?(hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
_NAMED = regex(r"(?:^|[_-])([0-9]{1,4})[_-]?(h|d|w|hours?|days?|weeks?|months?|years?)(?=[_-]|$)")
_ALIKE = 0.1  # as far as 12 months and 365 days, or 4 weeks and a month, are apart


def check(spec: Spec) -> Iterator[Finding]:
    said = [(_days(*found.groups()), found[0]) for found in _SAID.finditer(spec.description or "")]
    for place, name in (*((("data", "target"), name) for name in spec.data.targets), (("model",), spec.model)):
        named = [_days(*found.groups()) for found in _NAMED.finditer(name.lower())]
        if len(named) == 1 and said and not any(_same(named[0], days) for days, _ in said):
            yield Finding(place, f"`{name}` names another horizon than the description: {said[0][1]}")


def _days(number: str, unit: str) -> float:
    return int(number) * _DAYS[unit[0].lower()]


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _ALIKE * max(one, other)
