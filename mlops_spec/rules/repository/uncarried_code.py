"""A package carries all the code that its model answers with.

Into a package goes `src`. A predictor that imports a file from elsewhere in the repository answers here, where that
file lies, and nowhere else: the host that loads the package has no such module.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # src/example/predict.py
    import helpers
    def load(model_dir):
        return helpers.load(model_dir)
    # helpers.py
    def load(model_dir):
        return model_dir

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # src/example/predict.py
    from example import helpers
    def load(model_dir):
        return helpers.load(model_dir)
    # src/example/helpers.py
    def load(model_dir):
        return model_dir

Fix: move the file into `src`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.code import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS815"
NAME = "uncarried-code"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    found = code_of(spec, repository, repository.up)["package"].paths
    outside = [path for path in found if not path.startswith("../")]  # what models share is carried too
    if spec.train.predictor and outside:
        yield Finding(
            ("train", "predictor"), f"it imports {', '.join(outside)}, which no package carries", "move it into `src`"
        )
