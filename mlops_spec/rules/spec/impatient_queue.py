"""The merge queue waits as long as its checks take.

GitHub's queue waits at most six hours for a check. What lasts longer is thrown out, whatever it found, and that pull
request never merges. A training in the queue has 320 minutes of these: lint, and the wait for a machine, have the rest.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {timeout: 6h}
    governance: {merge_queue: true}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {timeout: 5h}
    governance: {merge_queue: true}

Fix: train in less; or do without the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.queue import LONGEST_WAIT, checked_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS312"
NAME = "impatient-queue"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    minutes = checked_minutes(spec)
    if spec.governance.merge_queue and minutes > LONGEST_WAIT:
        message = f"the merge queue waits {LONGEST_WAIT} minutes, and with this its checks may take {minutes}"
        yield Finding(("train", "compute", *spec.train.compute.within, "timeout"), message, "take 320m or less")
