"""What a stage writes, somebody reads.

A stage whose output nobody needs costs time on every run. Most often the stage that should read it lacks the path in
its `reads`, and then DVC does not know that it must run again.

Bad:

    pipeline:
      features:
        run: python -m example.features
        reads: [build/data]
        writes: [build/features]

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

Fix: add the path to the `reads` of the stage that uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import inputs, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS308"
NAME = "unused-stage"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    read = [path for _, path in inputs(spec)]
    for name, stage in spec.pipeline.items():
        if not any(overlap(path, output) for path in read for output in stage.writes):
            message = f"nobody reads what the stage `{name}` writes"
            hint = f"add `{stage.writes[0]}` to the `reads` of the stage that uses it"
            yield Finding(("pipeline", name, "writes"), message, hint)
