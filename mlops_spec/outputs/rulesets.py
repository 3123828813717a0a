"""What GitHub itself must enforce, as rulesets that its API and its import page read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec import Spec


def rulesets(spec: Spec) -> dict[str, Mapping[str, object]]:
    """Values of each ruleset by its file's name."""
    approvals = max([1, *(each.promote.approvals for each in spec.environments.values())])
    judged = spec.storage is None or spec.storage.pull_requests != "after-merge"
    return {
        "mlops-main": {"branch": f"refs/heads/{spec.branch}", "approvals": approvals, "judged": judged},
        "mlops-ledger": {"branch": f"refs/heads/{layout.LEDGER_BRANCH}"},
        "mlops-versions": {"tags": f"refs/tags/{spec.model}@v*"},
    }
