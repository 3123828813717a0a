"""A function that the spec names is in the repository.

A package carries the Python files of `src`. A predictor that is not among them fails when the model has been trained
and the first row is to be judged.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:laod

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: correct the name, or write the function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.document.finding import Finding
from mlops_spec.repository.entry_points import bound, entry_points, names_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS804"
NAME = "missing-function"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for address, name, _ in entry_points(spec):
        module, _, function = name.partition(":")
        path = repository.module(module)
        if not path:
            yield Finding(address, f"`src` has no module `{module}`", did_you_mean(module, repository.modules))
        elif (code := repository.python(path)) and not any(names_all(code.tree)):
            known = list(bound(code.tree))
            if function not in known:
                yield Finding(address, f"`{path}` has no `{function}`", did_you_mean(function, known))
