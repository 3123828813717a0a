"""A bound on a year leaves room for the next one.

With each new year the newest rows are outside of the contract: the training stops, or requests are answered by 422,
on a day on which nobody has changed anything.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          model_year: {type: integer, min: 1980, max: 2024}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          model_year: {type: integer, min: 1980, max: 2040}

Fix: leave some years, or leave `max` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS139"
NAME = "elapsed-range"
SEVERITY: Severity = "warning"

_YEAR = regex(r"(.*_)?year(_.*)?|jahr|annee")
_OF_THE_PAST = regex(r"birth|born|found|school|graduat|dob|built|construct|fiscal_offset")
_FIRST = 1950  # below which it counts years, or is of another calendar


def check(spec: Spec, today: date) -> Iterator[Finding]:
    for name, column in spec.data.contract.columns.items():
        named = _YEAR.fullmatch(name.lower()) and not _OF_THE_PAST.search(name.lower())
        if named and column.max is not None and _FIRST < column.max < today.year:
            place = ("data", "contract", "columns", name, "max")
            yield Finding(place, f"{column.max:g} is over, and each newer row breaks the contract", "leave room")
