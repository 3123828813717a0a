"""A model that no library can answer with has a predictor.

A skops or ONNX file answers by itself. Weights (`safetensors`) and formats of your own need code that loads them.

Bad:

    train:
      run: python -m example.train
      format: safetensors

Good:

    train:
      run: python -m example.train
      format: safetensors
      predictor: example.predict:load

Fix: write `load(model_dir) -> predict` and name it as `package.module:load`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS303"
NAME = "missing-predictor"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.train.format in ("safetensors", "custom") and spec.train.predictor is None:
        message = f"a model of format {spec.train.format} can't answer without a predictor"
        yield Finding(("train", "format"), message, "name it as `predictor: package.module:load`")
