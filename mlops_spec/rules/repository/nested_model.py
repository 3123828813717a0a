"""A model's folder holds no other model.

All in a model's folder is its own: a change there trains it, and its owners answer for it. A model below it would be
part of the other, and at a repository's root it would be part of one that has the whole repository to itself.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # in models/risk/
    # models/model.yaml is the model `churn`

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # in models/risk/
    # models/churn/model.yaml is the model `churn`

Fix: move the outer one into a folder beside the other (`git mv`): name, tags and ledger go with it. Where the inner
one is no model, but a test's file, say in `[tool.mlops-spec]` which folders are: `models = ["models/*"]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.near import Near

CODE = "MS833"
NAME = "nested-model"
SEVERITY: Severity = "error"

_FIX = "move one of them, or say by `models` in [tool.mlops-spec] which folders are those of models"


def check(near: Near) -> Iterator[Finding]:
    if near.around:
        yield Finding(("model",), f"its folder lies in that of the model in {_shown(near.around[0])}", _FIX)
    if near.below:
        count = f" and {len(near.below) - 1} more" if len(near.below) > 1 else ""
        yield Finding(("model",), f"the model in {near.below[0]}{count} lies in its folder", _FIX)


def _shown(folder: str) -> str:
    return "the repository's root" if folder == "." else folder
