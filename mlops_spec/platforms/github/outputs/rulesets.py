"""Rulesets that GitHub must enforce, for its API and its import page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.place import tag_of
from mlops_spec.spec.queue import LONGEST_WAIT, checked_minutes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared
    from mlops_spec.spec.storage import Storage


def rulesets(spec: Spec) -> dict[str, Mapping[str, object]]:
    """Values of each ruleset by its file's name."""
    approvals = max([1, *(each.promote.approvals for each in spec.environments.values())])
    main = {"branch": f"refs/heads/{spec.branch}", "approvals": approvals, "judged": _gated(spec.storage)}
    queue = {"queued": spec.governance.merge_queue, "minutes": min(checked_minutes(spec), LONGEST_WAIT)}
    return {
        "mlops-main": {**main, **queue},
        "mlops-ledger": {"branch": f"refs/heads/{layout.LEDGER_BRANCH}"},
        "mlops-versions": {"tags": f"refs/tags/{tag_of(spec.model)}"},
    }


def shared_rulesets(shared: Shared) -> dict[str, Mapping[str, object]]:
    """Of a repository of many models: they follow from what all share, and name no model."""
    approvals = max([1, *(each.promote.approvals for each in shared.environments.values())])
    queue = {"queued": shared.governance.merge_queue, "minutes": min(checked_minutes(shared), LONGEST_WAIT)}
    main = {"branch": f"refs/heads/{shared.branch}", "approvals": approvals, "judged": _gated(shared.storage)}
    return {
        "mlops-main": {**main, **queue},
        "mlops-ledger": {"branch": f"refs/heads/{layout.LEDGER_BRANCH}"},
        "mlops-versions": {"tags": f"refs/tags/{tag_of('*')}"},
    }


def _gated(storage: Storage | None) -> bool:
    """Whether a pull request is judged before it is merged."""
    return storage is None or storage.pull_requests != "after-merge"
