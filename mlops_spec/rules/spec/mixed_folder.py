"""The folder of `data.files` holds those files alone.

Each file in it is one that a row names; others are refused, since nobody would see what they are there for. The table
itself, a result of a stage and the code belong elsewhere.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: move the files into a folder of their own, such as `data/images`, and track it by DVC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.paths import data_file
from mlops_spec.spec.stages import OWN_OUTPUTS, SURROUNDINGS, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS155"
NAME = "mixed-folder"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    files = spec.data.files
    if files is None:
        return
    for path in (data_file(spec.data), *OWN_OUTPUTS, *SURROUNDINGS):
        if overlap(files.root, path):
            message = f"`{files.root}` and `{path}` lie in one another"
            yield Finding(("data", "files", "root"), message, "keep the files in a folder of their own")
            return
