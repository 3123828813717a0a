"""The settings of the repository on the local forge, which no file in it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mlops_spec.layout import MAIN_BRANCH

Json = dict[str, Any]
# A new repository of an organization, as GitHub makes it; each part is what the call of that name answers.
_NEW: dict[str, Json] = {
    "permissions": {"enabled": True, "allowed_actions": "all", "sha_pinning_required": False},
    "selected-actions": {"github_owned_allowed": True, "verified_allowed": False, "patterns_allowed": []},
    "workflow": {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": False},
    "fork-pr-contributor-approval": {"approval_policy": "first_time_contributors"},
    "fork-pr-workflows-private-repos": {
        "run_workflows_from_fork_pull_requests": False,
        "send_write_tokens_to_workflows": False,
        "send_secrets_and_variables": False,
        "require_approval_for_fork_pr_workflows": False,
    },
}


@dataclass
class Configured:
    """What somebody set up on the forge's pages; `refusals` (end of a path → status, message) is what it denies."""

    private: bool = False
    default_branch: str = MAIN_BRANCH
    merging: dict[str, bool] = field(default_factory=lambda: {"allow_squash_merge": True, "allow_rebase_merge": True})
    actions: dict[str, Json] = field(default_factory=lambda: {name: {**value} for name, value in _NEW.items()})
    rulesets: dict[int, Json] = field(default_factory=dict)
    environments: dict[str, Json] = field(default_factory=dict)
    immutable: bool = False
    immutable_subject: bool = False  # of identity tokens, as repositories have it since 2026-07-15
    owners_errors: list[Json] = field(default_factory=list)
    # environment, "" for the repository → names and values
    secrets: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
