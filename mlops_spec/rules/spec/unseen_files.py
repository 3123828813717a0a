"""A model sees the files that its rows name.

Files that lie in the folder of `data.files` are read, hashed and kept for the model alone. Where their column is
excluded, or not among those that are included, it is trained without them.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [image]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [camera]}

Fix: let the model see the column, or take `data.files` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS160"
NAME = "unseen-files"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    files, features = spec.data.files, spec.train.features
    if files is None or is_feature(spec, files.column) or files.column in (spec.data.id, *spec.data.targets):
        return
    key = "include" if features.include is not None else "exclude"
    if key == "exclude" and files.column not in features.exclude:
        return
    yield Finding(
        ("train", "features", key),
        f"the model does not see `{files.column}`, which names its files",
        f"add it to `{key}`" if key == "include" else f"take it out of `{key}`",
    )
