"""A model that is given files has a predictor.

It gets their bytes. A scikit-learn pipeline or an ONNX file that is read without code of yours takes numbers and texts:
nothing would decode the image or the recording.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      format: skops

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      format: skops
      predictor: example.predict:load

Fix: write `load(model_dir) -> predict`, whose `predict(frame)` decodes the bytes, and name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS152"
NAME = "files-without-predictor"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.files is not None and spec.train.predictor is None:
        message = f"nothing decodes the files of `{spec.data.files.column}`: a model gets their bytes"
        yield Finding(("data", "files"), message, "name what does as `train.predictor: package.module:load`")
