"""The contract knows what the model sees.

A feature that no contract names may be missing, of another type, or known only after the outcome: nobody has said what
it holds. Where the contract lists the other features, the one that it lacks came in unseen.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {include: [age, income, days_late]}
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          age: {type: integer, min: 18}
          income: {type: number, min: 0}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {include: [age, income]}
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          age: {type: integer, min: 18}
          income: {type: number, min: 0}

Fix: add the column to `data.contract.columns`, or take it out of `include`; what is known only afterwards is no
feature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS122"
NAME = "unchecked-feature"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    include = spec.train.features.include or []
    known = {*spec.data.contract.columns, *spec.data.derive, *spec.data.lags, *spec.data.targets, spec.data.id}
    strange = [index for index, column in enumerate(include) if column not in known]
    if len(strange) * 2 >= len(include):
        return  # this contract was never meant to list them
    for index in strange:
        message = f"the contract does not know `{include[index]}`, which the model sees"
        yield Finding(("train", "features", "include", index), message, "add it to `data.contract.columns`")
