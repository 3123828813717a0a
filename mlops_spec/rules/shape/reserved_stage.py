"""A stage has a name of its own.

`split`, `train`, `evaluate` and `package` are the stages that every pipeline has; a second one of that name would
replace it in `dvc.yaml`.

Bad:

    pipeline:
      train:
        run: python -m example.prepare
        reads: [build/data]
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Good:

    pipeline:
      prepare:
        run: python -m example.prepare
        reads: [build/data]
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Fix: rename the stage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import OWN_STAGES, PREPARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS013"
NAME = "reserved-stage"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name in spec.pipeline:
        if name in OWN_STAGES or (name == PREPARE and spec.data.prepare):
            message = f"`{name}` is a stage that every pipeline has"
            yield Finding(("pipeline", name), message, "choose another name", at_key=True)
