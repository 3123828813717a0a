"""What GitHub itself must enforce, as rulesets that its API and its import page read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec import Spec

_LINT_MINUTES = 10  # what `Lint and plan` may take
_WAIT_MINUTES = 30  # for a free machine
_LONGEST_WAIT = 360  # minutes; GitHub's queue waits no longer for a check


def rulesets(spec: Spec) -> dict[str, Mapping[str, object]]:
    """Values of each ruleset by its file's name."""
    approvals = max([1, *(each.promote.approvals for each in spec.environments.values())])
    main = {"branch": f"refs/heads/{spec.branch}", "approvals": approvals, "judged": _judged(spec)}
    queue = {"queued": spec.governance.merge_queue, "minutes": _patience(spec)}
    return {
        "mlops-main": {**main, **queue},
        "mlops-ledger": {"branch": f"refs/heads/{layout.LEDGER_BRANCH}"},
        "mlops-versions": {"tags": f"refs/tags/{spec.model}@v*"},
    }


def _judged(spec: Spec) -> bool:
    """Whether a pull request is trained and gated before its merge."""
    return spec.storage is None or spec.storage.pull_requests != "after-merge"


def _patience(spec: Spec) -> int:
    """The minutes that the queue waits for its checks."""
    training = math.ceil(seconds(spec.train.compute.timeout) / 60) if _judged(spec) else 0
    return min(_LINT_MINUTES + training + _WAIT_MINUTES, _LONGEST_WAIT)
