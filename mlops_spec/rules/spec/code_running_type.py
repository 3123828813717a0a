"""A trusted type builds an object and does nothing else.

skops loads the types that it knows to be harmless, and those that `trusted_types` adds. A type that can import, open or
run something makes the file as dangerous as a pickle.

Bad:

    train:
      run: python -m example.train
      trusted_types: [builtins.eval]

Good:

    train:
      run: python -m example.train
      trusted_types: [sklearn.tree._tree.Tree]

Fix: take it out, and train the model without what needs it; `skops.io.get_untrusted_types` lists what a file needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.trusted import code_running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS302"
NAME = "code-running-type"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for index, name in enumerate(spec.train.trusted_types):
        if code_running([name]):
            yield Finding(
                ("train", "trusted_types", index), f"`{name}` can do more than build an object", "take it out"
            )
