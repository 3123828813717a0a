"""Rows of one person lie on one side of the split.

A patient with several stays, a customer with several orders: split by hash, the model meets in the test the people
that it learned from, and is praised for recognising them.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          patient: {type: string}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [patient]}
    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: group, column: patient}
      contract:
        columns:
          patient: {type: string}

Fix: split by `group`; or list the column in the contract's `unique` where each row has another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS117"
NAME = "scattered-group"
SEVERITY: Severity = "warning"


_MOST_COUNTED = 50  # persons of a household or visits of a shop may be so many; of what is numbered there are more

_WHO = regex(
    r"(^|_)(accounts?|applicants?|borrowers?|card|case|clients?|companys?|customers?|device|driver|employee|household"
    r"|machine|member|merchant|patients?|person|player|policy_?holder|resident|school|seller|sensor|session|shop|store"
    r"|student|subject|supplier|tenant|user|vehicle|vendor|visitor)(_?(id|no|nr|number|key|code|uid|uuid|ref))?$"
    r"|_(id|uid|uuid|key)$"
)


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.split.by != "hash":
        return
    place: Address = ("data", "split", "by") if "by" in spec.data.split.model_fields_set else ("data", "target")
    for name in _subject_columns(spec):
        if _WHO.search(name.lower()):
            message = f"rows of the same `{name}` come to lie on both sides"
            yield Finding(place, message, f"`split: {{by: group, column: {name}}}`, or list it in `unique`")
            return


def _subject_columns(spec: Spec) -> Iterator[str]:
    columns = spec.data.contract.columns
    taken = (spec.data.id, *spec.data.targets, *spec.data.contract.unique, *spec.data.protected, *spec.data.derive)
    for name in dict.fromkeys([*columns, *spec.train.features.exclude]):
        known = columns.get(name)
        few = known is not None and (known.type not in ("string", "integer", "category") or known.values is not None)
        counted = known is not None and known.type == "integer" and known.max is not None and known.max <= _MOST_COUNTED
        if name not in taken and not few and not counted:
            yield name
