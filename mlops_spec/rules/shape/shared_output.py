"""Each path is written by one stage.

DVC refuses a pipeline in which two stages write the same path or one writes inside what another wrote: it could not
tell which result is the right one. `build/data`, `build/model`, `build/evaluate` and `build/package` belong to the
stages that every pipeline has.

Bad:

    pipeline:
      clean:
        run: python -m example.clean
        writes: [build/rows]
      enrich:
        run: python -m example.enrich
        writes: [build/rows/more]
    train:
      run: python -m example.train
      reads: [build/rows]
      predictor: example.predict:load

Good:

    pipeline:
      clean:
        run: python -m example.clean
        writes: [build/rows]
      enrich:
        run: python -m example.enrich
        reads: [build/rows]
        writes: [build/more]
    train:
      run: python -m example.train
      reads: [build/more]
      predictor: example.predict:load

Fix: give each stage its own folder below `build/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import OWN_OUTPUTS, address_of, overlap, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS014"
NAME = "shared-output"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    taken = dict(OWN_OUTPUTS)
    for name, stage in user_stages(spec).items():
        for index, path in enumerate(stage.writes):
            other = next((writer for output, writer in taken.items() if overlap(path, output)), None)
            if other:
                message = f"`{path}` is where the stage `{other}` writes"
                yield Finding((*address_of(spec, name), "writes", index), message, f"write to `build/{name}`")
            taken[path] = name
