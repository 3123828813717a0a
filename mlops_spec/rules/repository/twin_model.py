"""A model's name is its own.

Tags, the ledger, a server's address and `--model` know a model by its name. Of two models that have one, the second
would register versions of the first, and each command takes neither.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # in models/risk/
    # models/churn/model.yaml is the model `example`

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # in models/risk/
    # models/churn/model.yaml is the model `churn`

Fix: rename the one that has registered nothing yet; a folder's name is no matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.near import Near
    from mlops_spec.spec import Spec

CODE = "MS832"
NAME = "twin-model"
SEVERITY: Severity = "error"


def check(spec: Spec, near: Near) -> Iterator[Finding]:
    if near.twins:
        others = ", ".join(f"{folder}/model.yaml" for folder in near.twins)
        yield Finding(("model",), f"`{spec.model}` is the name of {others} as well", "give it a name of its own")
