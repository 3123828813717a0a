"""Whom the model is not for, its data doesn't let in.

Where people under 18 are out of scope and the contract lets in an age of 12, the model learns from them, is measured on
them and answers for them: the sentence in the card binds nobody.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          age: {type: integer, min: 12, max: 100}
    governance:
      out_of_scope: [People under 18]

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          age: {type: integer, min: 18, max: 100}
    governance:
      out_of_scope: [People under 18]

Fix: bound the column as the scope says, or say the scope that the data has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS717"
NAME = "contrary-scope"
SEVERITY: Severity = "warning"


_UNDER = regex(r"\b(?:under|below|younger than) (?:the age of )?([0-9]{1,3})\b(?! ?(%|percent|euro|eur|\$|days))")
_OVER = regex(r"\b(?:over|above|older than) (?:the age of )?([0-9]{1,3})\b(?! ?(%|percent|euro|eur|\$|days))")
_PEOPLE = regex(
    r"\b(people|persons?|patients?|customers?|applicants?|drivers?|adults?|children|minors|students?|users?|anybody|anyone)\b"
)
_AGE = regex(r"([a-z]+_)?age(_years)?")


def check(spec: Spec) -> Iterator[Finding]:
    ages = {
        name: column
        for name, column in spec.data.contract.columns.items()
        if _AGE.fullmatch(name.lower()) and column.type in ("integer", "number")
    }
    for text in spec.governance.out_of_scope if len(ages) == 1 else ():
        ((name, column),) = ages.items()
        low = text.lower()
        under, over = _UNDER.search(low), _OVER.search(low)
        if not _PEOPLE.search(low):
            continue
        place = ("data", "contract", "columns", name)
        if under and column.min is not None and column.min < int(under[1]):
            yield Finding((*place, "min"), f"out of scope is: {text}", f"`min: {under[1]}`")
        if over and column.max is not None and column.max > int(over[1]):
            yield Finding((*place, "max"), f"out of scope is: {text}", f"`max: {over[1]}`")
