"""Every key is one that the spec knows.

A misspelt key would be passed over in silence: here every training run would start from another seed, and nobody could
repeat one.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      sead: 7

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      seed: 7

Fix: take the key that the hint names; `mlops-spec schema` lists them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS001"
NAME = "unknown-key"
SEVERITY: Severity = "error"
