"""What is known afterwards is no feature.

A column that says how it ended is perfect in the test and empty when the model is asked: days until the chargeback,
the date of the default, the final state.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: boolean}
          label_reason: {type: category}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [label_reason]}
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: boolean}
          label_reason: {type: category}

Fix: exclude the column. Where it is known before the answer is asked for, ignore the rule on its line with the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.spec.features import exclusion, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS123"
NAME = "telling-feature"
SEVERITY: Severity = "warning"


_ENDED = re.compile(r"(^|_)(chargebacks?|outcome|ground_truth|actual|closed_(at|on)|resolved_(at|on)|after_event)(_|$)")
_BEFORE = re.compile(
    r"(^|_)(previous|prior|past|last|earlier|history|historical|lag[0-9]*|prev|n|num|count|mean|avg|rate)(_|$)"
)


def check(spec: Spec) -> Iterator[Finding]:
    target = re.sub(r"^(is|has|was|will)_", "", spec.data.target.lower())
    of_target = re.compile(
        rf"^(is_|has_)?{re.escape(target)}_(date|day|at|on|time|reason|amount|code|status|flag|type)$"
        rf"|^(days|hours|weeks|months|time)_(to|until|till|before)_{re.escape(target)}$"
    )
    for name in dict.fromkeys([*spec.data.contract.columns, *(spec.train.features.include or ())]):
        low = name.lower()
        if not is_feature(spec, name) or _BEFORE.search(low) or name == spec.data.split.column:
            continue
        if of_target.search(low) or _ENDED.search(low):
            message = f"`{name}` tells how it ended, and the model sees it"
            yield Finding(_place(spec, name), message, exclusion(spec, name), at_key=name in spec.data.contract.columns)


def _place(spec: Spec, name: str) -> Address:
    if name in spec.data.contract.columns:
        return ("data", "contract", "columns", name)
    return ("train", "features", "include", (spec.train.features.include or []).index(name))
