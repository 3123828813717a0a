"""Workflows lie where GitHub reads them.

GitHub reads `.github/workflows` at the root of a repository and nowhere else. Those of a model in a folder below are
rendered, reviewed and never run: nothing trains, nothing is judged, nothing is deployed.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # in models/a/
    # .github/workflows/mlops-merge.yml
    name: mlops-merge

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # .github/workflows/mlops-merge.yml
    name: mlops-merge

Fix: remove the folder, and run `mlops-spec render` at the root: there it writes those of all models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.files import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS816"
NAME = "unread-workflows"
SEVERITY: Severity = "error"


def check(repository: Repository) -> Iterator[Finding]:
    there = [path for path in repository.sizes if path.startswith(f"{FOLDER}/")]
    if repository.inside and there:
        message = f"GitHub never reads the {len(there)} workflows in {repository.inside}/{FOLDER}"
        yield Finding(("spec",), message, "it reads those at the repository's root alone")
