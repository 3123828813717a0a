"""The time limit of GitHub's merge queue: how long it waits for checks, and how long they take at most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

#: Minutes; the queue waits no longer for a check. https://docs.github.com/rest/repos/rules
LONGEST_WAIT = 360
_LINT = 10  # what `Lint and plan` may take
_MACHINE = 30  # for a free one


def checked_minutes(spec: Spec | Shared) -> int:
    """What the checks of an entry take at most, with the wait for a machine."""
    training = math.ceil(seconds(spec.train.compute.timeout) / 60) if _trains(spec) else 0
    return _LINT + training + _MACHINE


def _trains(spec: Spec | Shared) -> bool:
    """Whether entries are trained: a run of the queue may not read what pull requests read by a role of their own."""
    storage = spec.storage
    return storage is None or storage.pull_requests == "sample" or (storage.pull_requests == "read" and not _read(spec))


def _read(spec: Spec | Shared) -> bool:
    given = spec.storage.sign_in if spec.storage else None
    held = given and (given.aws or given.google or given.azure or given.secrets)
    return bool(held and held.read)
