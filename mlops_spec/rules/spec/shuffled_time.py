"""What happens later is not learned from.

Where rows have a time, a split by hash lets the model learn from rows that came after those it is judged on. The
measure is then better than what any day in production will be.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          sold_on: {type: timestamp}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: sold_on}
      contract:
        columns:
          sold_on: {type: timestamp}
    train:
      run: python -m credit.train
      features: {exclude: [id, sold_on]}

Fix: split by `time`. Where the order says nothing, ignore the rule on its line with the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS116"
NAME = "shuffled-time"
SEVERITY: Severity = "warning"


_TIME = regex(r"(^|_)(date|datetime|timestamp|time|at|on)$")
# When somebody was born says who a row is about, and not when it came about.
_OF_A_PERSON = regex(r"birth|born|dob", re.IGNORECASE)


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.split.by != "hash":
        return
    for name, column in spec.data.contract.columns.items():
        timed = column.type == "timestamp" or (column.type == "string" and _TIME.search(name.lower()))
        if timed and name != spec.data.id and not _OF_A_PERSON.search(name):
            place: Address = ("data", "split", "by") if "by" in spec.data.split.model_fields_set else ("data", "target")
            message = f"rows are told apart by `{name}`, and later ones are learned from to judge earlier ones"
            yield Finding(place, message, f"`split: {{by: time, column: {name}}}`")
            return
