"""The executed copy of a notebook is a result of its stage.

It shows what each cell printed and drew, and belongs to the run as a log does. Where it is not among what the stage
writes, nothing keeps it, and a copy that a notebook writes over itself changes an input of the stage while it runs.

Bad:

    pipeline:
      features:
        run: papermill notebooks/features.ipynb build/features.ipynb -p rows build/data/train.parquet
        reads: [build/data]
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Good:

    pipeline:
      features:
        run: papermill notebooks/features.ipynb build/features.ipynb -p rows build/data/train.parquet
        reads: [build/data]
        writes: [build/features, build/features.ipynb]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Fix: name the copy after the notebook, below `build/`, and add it to `writes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.notebooks import notebook_run
from mlops_spec.spec.stages import address_of, overlap, user_stages, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS322"
NAME = "unkept-notebook"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, stage in user_stages(spec).items():
        run, place = notebook_run(words(stage.run)), address_of(spec, name)
        if run is None:
            continue
        right = f"write it to `build/{name}.ipynb`, and add that to `writes`"
        if not run.copy:
            yield Finding((*place, "run"), f"no executed copy of `{run.notebook}` is kept", right)
        elif run.copy == run.notebook:
            yield Finding((*place, "run"), f"`{run.notebook}` is written over while it runs", right)
        elif not any(overlap(run.copy, path) for path in stage.writes):
            yield Finding(
                (*place, "writes"), f"`{run.copy}`, the executed copy, is not among them", f"add `{run.copy}`"
            )
