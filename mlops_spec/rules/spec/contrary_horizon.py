"""A spec names one horizon.

What the description promises for 30 days and the target counts for 90 is one of both, and whoever reads the card takes
the wrong one. A forecast that is asked for four weeks ahead and tested one week ahead was never judged on the rest.

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

Fix: write the horizon that the target has; of a forecast, the one that it is asked for.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.cadence import amount, by_calendar
from mlops_spec.spec.said_numbers import NUMBER, said_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS130"
NAME = "contrary-horizon"
SEVERITY: Severity = "warning"


_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30.4, "y": 365.25}
_MONTH = 30.4
_SPAN = rf"({NUMBER})[ _-]?(hour|day|week|month|year)s?\b"
_SAID = regex(
    r"\b(?:within|in|over|during|for) (?:the )?(?:next |coming |following )?"
    r"([0-9]{1,4})[ -]?(hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
#: How far ahead somebody wants to know.
_NEXT = regex(rf"(?:^|[^a-z])(?:next|coming|following)[ _-]{_SPAN}", re.IGNORECASE)
_AHEAD = regex(rf"\b{_SPAN}(?: ahead| in advance| beforehand| into the future)", re.IGNORECASE)
_NAMED = regex(r"(?:^|[_-])([0-9]{1,4})[_-]?(h|d|w|hours?|days?|weeks?|months?|years?)(?=[_-]|$)")
_ALIKE = 0.1  # as far as 12 months and 365 days, or 4 weeks and a month, are apart


def check(spec: Spec) -> Iterator[Finding]:
    said = [(_days(*found.groups()), found[0]) for found in _SAID.finditer(spec.description or "")]
    for place, name in (*((("data", "target"), name) for name in spec.data.targets), (("model",), spec.model)):
        named = _named(name)
        if len(named) == 1 and said and not any(_same(named[0], days) for days, _ in said):
            yield Finding(place, f"`{name}` names another horizon than the description: {said[0][1]}")
    if spec.data.split.horizon is not None:
        yield from _of_forecast(spec, spec.data.split.horizon)
        yield from _of_lags(spec)


def _of_forecast(spec: Spec, horizon: str) -> Iterator[Finding]:
    """Of what is asked for from further ahead than is tested."""
    place: Address = ("data", "split", "horizon")
    inputs = [(f"the input of `{name}`", each.input) for name, each in spec.batches.items()]
    for what, text in (("the description", spec.description or ""), *inputs):
        asked = [(_days(*found.groups()), found[0]) for found in chain(_NEXT.finditer(text), _AHEAD.finditer(text))]
        if asked and not any(_same(days, _length(horizon)) for days, _ in asked):
            days, words = max(asked)
            if days > _length(horizon):
                message = f"{what} says `{words.strip(' /_-')}`, and this is tested {horizon} ahead"
                yield Finding(place, message, f"write `{days:g}d`, and let lags reach back as far")
                return


def _of_lags(spec: Spec) -> Iterator[Finding]:
    for name, lag in spec.data.lags.items():
        lengths = [_length(each) for each in (lag.by, lag.mean) if each is not None]
        named = _named(name.lower().replace(lag.of.lower(), "_"))
        if any(not any(_same(each, length) for length in lengths) for each in named):
            message = f"`{name}` names another length than it has: {lag.by}"
            yield Finding(("data", "lags", name, "by"), message, "write the length that it names, or another name")


def _named(name: str) -> list[float]:
    return [_days(*found.groups()) for found in _NAMED.finditer(name.lower())]


def _days(number: str, unit: str) -> float:
    return said_number(number) * _DAYS[unit[0].lower()]


def _length(cadence: str) -> float:
    return amount(cadence) * _MONTH if by_calendar(cadence) else amount(cadence) / 86400


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _ALIKE * max(one, other)
