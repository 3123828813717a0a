"""The parts of GitHub's answers about a repository's settings that we read."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from mlops_spec.platforms.github.api.shapes import Account, Shape


class Settings(Shape):
    """The repository's own; how pull requests merge is hidden from who may not push."""

    private: bool
    default_branch: str
    owner: Account
    allow_squash_merge: bool | None = None
    allow_rebase_merge: bool | None = None


class RefName(Shape):
    include: list[str] = Field(default_factory=list)
    exclude: list[str] = Field(default_factory=list)


class Conditions(Shape):
    ref_name: RefName = Field(default_factory=RefName)


class Rule(Shape):
    type: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class Ruleset(Shape):
    """`bypass_actors` is None where the token may not see them; the organization's own apply here too."""

    id: int
    name: str
    target: str | None = None
    enforcement: str
    source_type: str | None = None
    bypass_actors: list[dict[str, Any]] | None = None
    conditions: Conditions | None = None
    rules: list[Rule] = Field(default_factory=list)


class Reviewer(Shape):
    """A user (`login`) or a team (`slug`)."""

    id: int
    login: str | None = None
    slug: str | None = None


class ReviewerOfKind(Shape):
    type: Literal["User", "Team"]
    reviewer: Reviewer


class Protection(Shape):
    """A rule of an environment: reviewers, a timer, or that there are branch policies."""

    type: str
    wait_timer: int = 0
    prevent_self_review: bool | None = None
    reviewers: list[ReviewerOfKind] = Field(default_factory=list)


class BranchPolicy(Shape):
    protected_branches: bool
    custom_branch_policies: bool


class Environment(Shape):
    name: str
    protection_rules: list[Protection] = Field(default_factory=list)
    deployment_branch_policy: BranchPolicy | None = None
    can_admins_bypass: bool | None = None


class RefPolicy(Shape):
    """A pattern of branches or tags that may deploy."""

    id: int
    name: str
    type: str = "branch"


class ActionsPolicy(Shape):
    enabled: bool
    allowed_actions: str | None = None
    sha_pinning_required: bool | None = None


class SelectedActions(Shape):
    github_owned_allowed: bool = False
    verified_allowed: bool = False
    patterns_allowed: list[str] = Field(default_factory=list)


class TokenPolicy(Shape):
    """What `GITHUB_TOKEN` may do where a workflow does not say; and whether it may open and approve pull requests."""

    default_workflow_permissions: str
    can_approve_pull_request_reviews: bool


class PrivateForks(Shape):
    """Which workflows of a private repository run for pull requests of forks, and with what."""

    run_workflows_from_fork_pull_requests: bool
    send_write_tokens_to_workflows: bool
    send_secrets_and_variables: bool
    require_approval_for_fork_pr_workflows: bool


class OwnersError(Shape):
    line: int
    kind: str
    path: str
    source: str | None = None


class SubjectCustomization(Shape):
    """`use_default` leaves `include_claim_keys` out of account; the prefix is what all subjects begin with."""

    use_default: bool
    include_claim_keys: list[str] | None = None
    use_immutable_subject: bool | None = None
    sub_claim_prefix: str | None = None
