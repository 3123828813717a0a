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

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.runners import is_githubs
from mlops_spec.spec.base import seconds
from mlops_spec.spec.clusters import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS309"
NAME = "endless-training"
SEVERITY: Severity = "error"


_MOST = 6 * 3600.0
_LEAST = 60.0
_MOST_ON_YOURS = 5 * 86400.0  # https://docs.github.com/actions/reference/limits


def check(spec: Spec) -> Iterator[Finding]:
    compute, place = spec.train.compute, ("train", "compute", *spec.train.compute.within, "timeout")
    most, said = (_MOST, "6 hours") if is_githubs(compute.label) else (_MOST_ON_YOURS, "5 days, on your machines too")
    if seconds(compute.timeout) > most:
        hint = "take 6h or less" if most == _MOST else "take 5d or less"
        yield Finding(place, f"GitHub stops a job after {said}", hint)
    elif seconds(compute.timeout) < _LEAST:
        yield Finding(place, f"nothing is installed, and less trained, in {compute.timeout}")
    for where, ray in clusters(spec):
        if where[0] != "train" and seconds(ray.timeout) > seconds(compute.timeout):
            message = f"the whole run ends after {compute.timeout}, the timeout of `train.compute`"
            yield Finding((*where, "timeout"), message, "give `train.compute` as long, or this less")
