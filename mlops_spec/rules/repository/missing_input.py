"""What a stage reads is written by a stage, or Git or DVC has it.

A file that neither has is on the machine of whoever made it by hand, and the pipeline stops everywhere else.

Bad:

    train:
      run: python -m example.train
      reads: [data/weights.csv]
      predictor: example.predict:load

Good:

    train:
      run: python -m example.train
      reads: [data/weights.csv]
      predictor: example.predict:load
    # data/weights.csv
    id,weight
    1,0.5

Fix: commit it, `dvc add` it, or declare the stage that writes it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.diagnostic import near
from mlops_spec.document.finding import Finding
from mlops_spec.engines.commands import KEEP
from mlops_spec.engines.files import kept
from mlops_spec.spec.stages import inputs, overlap, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS802"
NAME = "missing-input"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    written = (path for stage in user_stages(spec).values() for path in stage.writes)
    available = [str(model_folder.BUILD), *written, *kept(repository.sizes)]
    for address, path in inputs(spec):
        if path.startswith("../"):
            if posixpath.normpath(posixpath.join(repository.inside, path)).startswith(".."):
                yield Finding(address, f"`{path}` leads out of the repository", "commit it, and name it where it lies")
        elif not any(overlap(path, there) for there in available) and not repository.has(path):
            hint = near(path, repository.sizes)
            right = f"did you mean `{hint}`?" if hint else f"commit it, or `{KEEP}` it"
            yield Finding(address, f"no stage writes `{path}`, and neither Git nor DVC has it", right)
