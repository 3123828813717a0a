"""Features are listed in one way.

`include` names all that the model sees, `exclude` all that it does not. With both, a column in neither list has two
answers.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {include: [age, income], exclude: [sex]}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {include: [age, income]}

Fix: keep `include` when few columns are meant, `exclude` when most are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS307"
NAME = "contradictory-features"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    features = spec.train.features
    if features.include is not None and features.exclude:
        place = ("train", "features", "exclude")
        yield Finding(place, "`include` says already what the model sees", "keep one of the two", at_key=True)
