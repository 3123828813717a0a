"""Rulesets that GitHub must enforce, for its API and its import page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.place import tag_of
from mlops_spec.spec.queue import LONGEST_WAIT, checked_minutes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec import Spec


def rulesets(spec: Spec) -> dict[str, Mapping[str, object]]:
    """Values of each ruleset by its file's name."""
    approvals = max([1, *(each.promote.approvals for each in spec.environments.values())])
    main = {"branch": f"refs/heads/{spec.branch}", "approvals": approvals, "judged": _gated_before_merge(spec)}
    queue = {"queued": spec.governance.merge_queue, "minutes": min(checked_minutes(spec), LONGEST_WAIT)}
    return {
        "mlops-main": {**main, **queue},
        "mlops-ledger": {"branch": f"refs/heads/{layout.LEDGER_BRANCH}"},
        "mlops-versions": {"tags": f"refs/tags/{tag_of(spec.model)}"},
    }


def _gated_before_merge(spec: Spec) -> bool:
    return spec.storage is None or spec.storage.pull_requests != "after-merge"
