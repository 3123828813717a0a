"""A season is a time after which the same comes again.

Rows of hours repeat after a day or a week, rows of days after a week or a year. A season of 24 days compares Mondays
with Fridays: the seasonal naive forecast becomes poor, and `mase` and `skill_seasonal_naive` look good of a model that
is worse than what was there before. It mostly stands there because of a unit: `24d` for `24h`, `52d` for `52w`.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: load
      time: hour
      frequency: 1h
      season: 24d
      split: {by: time, horizon: 24h, folds: 30}
    gates:
      - metric: mase
        max: 0.8

Good:

    task: forecasting
    data:
      path: data/rows.csv
      target: load
      time: hour
      frequency: 1h
      season: 24h
      split: {by: time, horizon: 24h, folds: 30}
    gates:
      - metric: mase
        max: 0.8

Fix: write the unit that is meant. Where the same does come again after such a time, ignore the rule with the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.comments import said_of
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.cadence import amount, by_calendar, steps_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS180"
NAME = "odd-season"
SEVERITY: Severity = "warning"

_DAY = 86400
_WEEKS = (1, 2, 3, 4, 5, 6, 8, 13, 26, 52, 53, 104)
#: Working weeks, months, quarters, half years and years, in days.
_DAYS = (1, 5, 28, 30, 31, 90, 91, 92, 182, 183, 360, 364, 365, 366, 1461)
_UNITS = ("m", "h", "d", "w", "mo", "q", "y")
#: What people call a season in a comment, and its days.
_SAID = (
    (regex(r"\b(yesterday|(the |a )?day before|previous day|last 24 hours|daily|a day ago)\b", re.IGNORECASE), 1),
    (regex(r"\b(last week|(the |a )?week (before|ago|earlier)|previous week|weekly|week's)\b", re.IGNORECASE), 7),
    (regex(r"\b(last year|(the |a )?year (before|ago|earlier)|previous year|yearly|annual)\b", re.IGNORECASE), 365),
)
_ALIKE = 0.02


def check(spec: Spec, document: Document) -> Iterator[Finding]:
    season, frequency = spec.data.season, spec.data.frequency
    if season is None or frequency is None:
        return
    place = ("data", "season")
    said = [(found[0], days) for form, days in _SAID if (found := form.search(said_of(document, place)))]
    length = _days(season)
    if said and not any(abs(length - days) <= _ALIKE * days for _, days in said):
        words, days = said[0]
        hint = f"write `{_unit(season, frequency, days) or f'{days}d'}`"
        yield Finding(place, f"the comment says `{words}`, and this is {season}", hint)
    elif not said and not _comes_again(season):
        right = next(
            (_unit(season, frequency, days) for days in (1, 7, 364, 365) if _unit(season, frequency, days)), ""
        )
        hint = f"did you mean `{right}`?" if right else "such as a day, a week or a year"
        yield Finding(place, f"nothing comes again after {season}: that is no number of days, weeks or years", hint)


def _days(length: str) -> float:
    return amount(length) * 365 / 12 if by_calendar(length) else amount(length) / _DAY


def _comes_again(season: str) -> bool:
    number = amount(season)
    if by_calendar(season):
        return number % 12 == 0 or 12 % number == 0
    if number < _DAY:
        return _DAY % number == 0
    days, rest = divmod(number, _DAY)
    return rest == 0 and (days in _DAYS or (days % 7 == 0 and days // 7 in _WEEKS))


def _unit(season: str, frequency: str, days: int) -> str:
    """The season's number in another unit, where that is so many days; empty where there is none."""
    count = season.rstrip("".join(_UNITS))
    for written in (f"{count}{unit}" for unit in _UNITS):
        if abs(_days(written) - days) <= _ALIKE * days and (steps_in(written, frequency) or 0) > 1:
            return written
    return ""
