"""What the table is made from holds the tested rows too; only the split's own files do not.

A stage after the split, or the training, that goes back to the raw rows learns from those that the model is judged on.
The gates then measure its memory, and nothing shows it.

Bad:

    data:
      path: build/rows.parquet
      target: default
      id: id
      prepare: {run: python -m example.clean, reads: [data/raw.csv], writes: [build/rows.parquet]}
    train:
      run: python -m example.train
      reads: [data/raw.csv]
      predictor: example.predict:load

Good:

    data:
      path: build/rows.parquet
      target: default
      id: id
      prepare: {run: python -m example.clean, reads: [data/raw.csv], writes: [build/rows.parquet]}
    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: read `build/data/train.parquet`. A table that has no rows of the data's, such as one of postal codes, may be read
by both: say so with `# mlops-spec: ignore[MS325] postal codes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import inputs, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS325"
NAME = "raw-rows"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    raw = [path for path in (spec.data.prepare.reads if spec.data.prepare else ()) if not _is_code(path)]
    for address, path in inputs(spec):
        if address[0] != "data" and any(overlap(path, each) for each in raw):
            message = f"the table is made from `{path}`, which has the tested rows too"
            yield Finding(address, message, f"read `{model_folder.TRAIN_ROWS}`")


def _is_code(path: str) -> bool:
    return path.endswith((".py", ".sh", ".ipynb", ".sql")) or overlap(path, "src")
