"""A column's range is one of its unit.

A share in percent, an hour of 24, a latitude of 180 or an age of 1,200 in the contract is a slip of the unit or of a
digit: either the contract breaks at every row, or it lets in every error that it is there to find.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          discount_pct: {type: number, min: 0, max: 1}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          discount_pct: {type: number, min: 0, max: 100}

Fix: write the bounds in the unit that the column's name says, or ignore the rule on its line with the reason.
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
    from mlops_spec.spec.data import Column

CODE = "MS127"
NAME = "unlikely-range"
SEVERITY: Severity = "warning"


#: A quantity by its column's name: the least and the most that there is, and what is said of others.
_RANGES = (
    (r"(^|_)lat(itude)?$", -90, 90, "a latitude is -90 to 90"),
    (r"(^|_)(lon|lng|longitude)$", -180, 180, "a longitude is -180 to 180"),
    (r"(^|_)hour(_of_(the_)?day)?$", 0, 23, "an hour of the day is 0 to 23"),
    (r"(^|_)month(_of_(the_)?year)?$", 0, 12, "a month is 1 to 12"),
    (r"(^|_)(weekday|day_of_week|dow)$", 0, 7, "a day of the week is 0 to 6, or 1 to 7"),
    (r"(^|_)day_of_month$", 1, 31, "a day of the month is 1 to 31"),
    (r"(^|_)(day_of_year|doy)$", 0, 366, "a day of the year is 1 to 366"),
    (r"(^|_)minute(_of_hour)?$", 0, 59, "a minute of the hour is 0 to 59"),
    (r"^(patient_|customer_|applicant_|driver_|person_)?age(_years)?$", 0, 130, "people are 0 to 130 years old"),
    (r"(^|_)(probability|proba|prob)$", 0, 1, "a probability is 0 to 1"),
    (r"(^|_)humidity(_pct|_percent)?$", 0, 100, "humidity is at most 100 %"),
    (r"(^|_)(kelvin|temp(erature)?_k)$", 0, 10_000, "no temperature is below 0 kelvin"),
    (r"(^|_)(temp(erature)?_c|celsius)$", -274, 10_000, "no temperature is below -273.15 degrees"),
    (r"(^|_)ph$", 0, 14, "a pH is 0 to 14"),
)
_PERCENT = regex(r"(^|_)(pct|percent|percentage)$")
_SHARE = regex(r"(^|_)(share|fraction)$")


def check(spec: Spec) -> Iterator[Finding]:
    for name, column in spec.data.contract.columns.items():
        if column.type in ("integer", "number"):
            place = ("data", "contract", "columns", name)
            for key, message in _odd(name.lower(), column):
                yield Finding((*place, key), message, "write the bounds in the column's unit")


def _odd(name: str, column: Column) -> Iterator[tuple[str, str]]:
    if column.type == "integer":
        for key, bound in (("min", column.min), ("max", column.max)):
            if bound is not None and bound % 1:
                yield key, f"an integer is never {bound:g}"
    for pattern, low, high, said in _RANGES:
        if re.search(pattern, name):
            if column.min is not None and column.min < low:
                yield "min", said
            if column.max is not None and column.max > high:
                yield "max", said
            return
    if column.max is None:
        return
    if _PERCENT.search(name) and column.max == 1 and column.type == "number":
        yield "max", f"the name says percent, and the range is that of a share: 0 to {column.max:g}"
    elif _SHARE.search(name) and column.max == 100:
        yield "max", "the name says a share of 1, and the range is that of a percentage"
