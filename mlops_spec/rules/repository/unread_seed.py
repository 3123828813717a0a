"""A training with several seeds draws by its seed.

Where the code reads neither `MLOPS_SPEC_SEED` nor the seed of `model.yaml`, all seeds give one model, or chance gives
another each time: the spread that the comparison takes in is none, or not the seed's.

Bad:

    train:
      run: python -m example.train
      seeds: 5
      predictor: example.predict:load
    gates:
      - metric: roc_auc
        min: 0.75
        margin: 0.02
    # src/example/train.py
    def fit(rows):
        return forest(rows, random_state=0)

Good:

    train:
      run: python -m example.train
      seeds: 5
      predictor: example.predict:load
    gates:
      - metric: roc_auc
        min: 0.75
        margin: 0.02
    # src/example/train.py
    import os
    def fit(rows):
        return forest(rows, random_state=int(os.environ["MLOPS_SPEC_SEED"]))

Fix: give what draws the seed of the environment, or leave `seeds` out where nothing is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.code import code_of
from mlops_spec.repository.params import mentioned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS822"
NAME = "unread-seed"
SEVERITY: Severity = "warning"
_SEED = frozenset(("MLOPS_SPEC_SEED", "seed"))


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    if spec.train.seeds == 1:
        return
    outside = [
        repository.python(path)
        for path in code_of(spec, repository, repository.up)["train"].files
        if path.endswith(".py")
    ]
    code = [*repository.code(), *filter(None, outside)]
    if code and not any(_SEED & set(mentioned(each.tree)) for each in code):
        message = "no code in `src` reads a seed, so all seeds train the same model"
        hint = "draw by the environment's `MLOPS_SPEC_SEED`, or delete it"
        yield Finding(("train", "seeds"), message, hint, at_key=True)
