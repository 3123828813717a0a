"""Nothing is kept as a pickle.

Loading a pickle runs whatever code is in it, and no scanner finds all of it: a file that somebody could change is a way
into every machine that serves the model. The same holds for joblib, for PyTorch's `.pt` and for Keras' `.h5`.

Bad:

    pipeline:
      features:
        run: python -m example.features
        reads: [build/data]
        writes: [build/encoder.pkl]
    train:
      run: python -m example.train
      reads: [build/encoder.pkl]
      predictor: example.predict:load

Good:

    pipeline:
      features:
        run: python -m example.features
        reads: [build/data]
        writes: [build/encoder.skops]
    train:
      run: python -m example.train
      reads: [build/encoder.skops]
      predictor: example.predict:load

Fix: write skops, ONNX, safetensors, Parquet or JSON.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS301"
NAME = "pickled-model"
SEVERITY: Severity = "error"


_PICKLES = frozenset((".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".pt", ".pth", ".ckpt", ".bin", ".h5"))


def check(spec: Spec) -> Iterator[Finding]:
    for address, path in paths(spec):
        suffix = PurePosixPath(path).suffix.lower()
        if suffix in _PICKLES:
            yield Finding(address, f"loading a `{suffix}` file can run any code that is in it", "write skops or ONNX")
