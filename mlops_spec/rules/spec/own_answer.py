"""A model does not learn from its own answers.

The score of the version before tells the new one what to say: it repeats what was learned, with its mistakes and the
columns that were left out. Once it is live its answers feed the next training, and what changes in the world does not.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          previous_score: {type: number, min: 0, max: 1}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [previous_score]}
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          previous_score: {type: number, min: 0, max: 1}

Fix: exclude the column. Where it is another model's answer, ignore the rule on its line, and say whose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import exclusion, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS138"
NAME = "own-answer"
SEVERITY: Severity = "warning"

_ANSWER = r"(score|prediction|predicted|probability|proba|prob|decision)"


def check(spec: Spec) -> Iterator[Finding]:
    told = "|".join(re.escape(re.sub(r"^(is|has|was|will)_", "", each.lower())) for each in spec.data.targets)
    of_the_model = re.compile(
        rf"(y_?(pred|hat|score)|(old|last|live|current|champion)_?model_{_ANSWER}|model_{_ANSWER}|{_ANSWER}_v\d+"
        rf"|({told})_{_ANSWER}|(predicted|pred)_({told}))"
    )
    before = re.compile(rf"(previous|prev|prior|last|old)_{_ANSWER}")
    for name, column in spec.data.contract.columns.items():
        share = (column.min, column.max) == (0, 1)
        if is_feature(spec, name) and (
            of_the_model.fullmatch(name.lower()) or (share and before.fullmatch(name.lower()))
        ):
            place = ("data", "contract", "columns", name)
            message = f"the model sees `{name}`, the answer of a model before it"
            yield Finding(place, message, exclusion(spec, name), at_key=True)
