"""A model lies in the repository that trains it.

A submodule is another repository: workflows here check out none, a pull request there runs nothing here, and what its
commit was when a version was made stands in no tree of this one. Here it is no model.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # in a submodule

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: bring its files in (`git subtree add`), or let it be a repository with workflows of its own and lint it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.near import Near

CODE = "MS834"
NAME = "submodule-model"
SEVERITY: Severity = "error"


def check(near: Near) -> Iterator[Finding]:
    if near.in_submodule:
        yield Finding(
            ("model",),
            "it lies in a submodule, which is another repository: nothing here trains it",
            "bring its files in",
        )
