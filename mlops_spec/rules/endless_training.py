"""Training ends before its runner does.

GitHub stops a job on its own runners after six hours. A longer timeout is never reached, and the run ends without a
report.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {timeout: 12h}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {timeout: 5h}

Fix: train less, on a larger runner, or on one of your own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS309"
NAME = "endless-training"
SEVERITY: Severity = "error"


_MOST = 6 * 3600.0


def check(spec: Spec) -> Iterator[Finding]:
    compute = spec.train.compute
    if seconds(compute.timeout) > _MOST and compute.runner != "self-hosted":
        yield Finding(("train", "compute", "timeout"), "GitHub stops a job after 6 hours", "take 6h or less")
