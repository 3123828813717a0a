"""What a stage reads from `build/`, another stage writes.

`build/` is emptied and never in Git: a path there that nobody writes exists on the machine of whoever made it by hand,
and nowhere else.

Bad:

    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Good:

    pipeline:
      features:
        run: python -m example.features
        reads: [build/data]
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Fix: declare the stage that writes it, or correct the path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import OWN_OUTPUTS, inputs, overlap, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS306"
NAME = "orphan-input"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    written = [*OWN_OUTPUTS, *(path for stage in user_stages(spec).values() for path in stage.writes)]
    for address, path in inputs(spec):
        if overlap(path, str(model_folder.BUILD)) and not any(overlap(path, output) for output in written):
            yield Finding(address, f"no stage writes `{path}`", did_you_mean(path, written))
