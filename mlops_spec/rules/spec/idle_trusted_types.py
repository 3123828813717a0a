"""Trusted types belong to skops.

No other format loads Python types unless a predictor of your own reads a `.skops` file, so the list only looks as if
something was checked.

Bad:

    train:
      run: python -m example.train
      format: onnx
      trusted_types: [sklearn.tree._tree.Tree]

Good:

    train:
      run: python -m example.train
      format: onnx

Fix: delete the list, or correct the format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS304"
NAME = "idle-trusted-types"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.train.trusted_types and spec.train.format != "skops" and spec.train.predictor is None:
        message = f"a model of format {spec.train.format} loads no types"
        yield Finding(("train", "trusted_types"), message, "delete the list", at_key=True)
