"""The routes: which call answers which method and path, by the templates of GitHub's API description."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub import (
    accounts,
    approvals,
    commits,
    deployments,
    dispatches,
    identity,
    issues,
    merging,
    pulls,
    settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.rehearse.hub.request import Request, Result

_REPOSITORY = "/repos/{owner}/{repo}"
_ENVIRONMENT = f"{_REPOSITORY}/environments/{{environment_name}}"
_POLICIES = f"{_ENVIRONMENT}/deployment-branch-policies"
_PENDING = f"{_REPOSITORY}/actions/runs/{{run_id}}/pending_deployments"
_DISPATCH = f"{_REPOSITORY}/actions/workflows/{{workflow_id}}/dispatches"
_APPROVE = f"{_REPOSITORY}/actions/runs/{{run_id}}/approve"
_TEAM = "/orgs/{org}/teams/{team_slug}"
_LISTENS = ("issues: read", "pull-requests: read")
_TALKS = ("issues: write", "pull-requests: write")
_ACTIONS = (
    "permissions",
    "permissions/selected-actions",
    "permissions/workflow",
    "permissions/fork-pr-contributor-approval",
    "permissions/fork-pr-workflows-private-repos",
)


@dataclass(frozen=True)
class Route:
    """One operation; `needs` is the permission of an App or a job that GitHub's documentation names, or any of several,
    and `writes` asks a person for a role that may write.
    """

    method: str
    template: str
    call: Callable[[Request], Result]
    needs: tuple[str, ...] = ("metadata: read",)
    writes: bool = False

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The values in a path that fits."""
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.template))
        found = re.fullmatch(pattern, path) if method == self.method else None
        return found.groupdict() if found else None


ROUTES = (
    Route("GET", f"{_REPOSITORY}/pulls", pulls.listed, ("pull-requests: read",)),
    Route("POST", f"{_REPOSITORY}/pulls", pulls.create, ("pull-requests: write",)),
    Route("GET", f"{_REPOSITORY}/pulls/{{pull_number}}", pulls.get, ("pull-requests: read",)),
    Route("PATCH", f"{_REPOSITORY}/pulls/{{pull_number}}", pulls.update, ("pull-requests: write",), writes=True),
    Route("GET", f"{_REPOSITORY}/pulls/{{pull_number}}/files", pulls.files, ("pull-requests: read",)),
    Route("GET", f"{_REPOSITORY}/pulls/{{pull_number}}/commits", pulls.commits, ("pull-requests: read",)),
    Route("GET", f"{_REPOSITORY}/pulls/{{pull_number}}/reviews", pulls.reviews, ("pull-requests: read",)),
    Route("POST", f"{_REPOSITORY}/pulls/{{pull_number}}/reviews", pulls.review, ("pull-requests: write",)),
    Route("PUT", f"{_REPOSITORY}/pulls/{{pull_number}}/merge", merging.merge, ("contents: write",), writes=True),
    Route("GET", f"{_REPOSITORY}/commits/{{commit_sha}}/pulls", pulls.of_commit, ("pull-requests: read",)),
    Route("GET", f"{_REPOSITORY}/commits/{{ref}}/statuses", commits.statuses, ("statuses: read",)),
    Route("POST", f"{_REPOSITORY}/statuses/{{sha}}", commits.create_status, ("statuses: write",), writes=True),
    Route("POST", f"{_REPOSITORY}/attestations", commits.attest, ("attestations: write",)),
    Route("GET", f"{_REPOSITORY}/issues", issues.listed, ("issues: read",)),
    Route("POST", f"{_REPOSITORY}/issues", issues.create, ("issues: write",)),
    Route("PATCH", f"{_REPOSITORY}/issues/{{issue_number}}", issues.update, _TALKS, writes=True),
    Route("GET", f"{_REPOSITORY}/issues/{{issue_number}}/comments", issues.comments, _LISTENS),
    Route("POST", f"{_REPOSITORY}/issues/{{issue_number}}/comments", issues.comment, _TALKS),
    Route("PATCH", f"{_REPOSITORY}/issues/comments/{{comment_id}}", issues.update_comment, _TALKS),
    Route("GET", f"{_REPOSITORY}/collaborators/{{username}}/permission", accounts.permission),
    Route("GET", "/users/{username}", settings.account),
    Route("GET", _REPOSITORY, settings.get),
    Route("PATCH", _REPOSITORY, settings.update, ("administration: write",)),
    Route("GET", f"{_REPOSITORY}/rulesets", settings.rulesets),
    Route("POST", f"{_REPOSITORY}/rulesets", settings.create_ruleset, ("administration: write",)),
    Route("GET", f"{_REPOSITORY}/rulesets/{{ruleset_id}}", settings.ruleset),
    Route("PUT", f"{_REPOSITORY}/rulesets/{{ruleset_id}}", settings.update_ruleset, ("administration: write",)),
    Route("GET", _ENVIRONMENT, settings.environment, ("actions: read",)),
    Route("PUT", _ENVIRONMENT, settings.update_environment, ("administration: write",)),
    Route("GET", _POLICIES, settings.branch_policies, ("actions: read",)),
    Route("POST", _POLICIES, settings.add_branch_policy, ("administration: write",), writes=True),
    Route(
        "DELETE",
        f"{_POLICIES}/{{branch_policy_id}}",
        settings.remove_branch_policy,
        ("administration: write",),
        writes=True,
    ),
    Route("GET", f"{_ENVIRONMENT}/secrets", settings.secrets, ("environments: read",)),
    Route("GET", f"{_ENVIRONMENT}/variables", settings.variables, ("environments: read",)),
    Route("GET", f"{_REPOSITORY}/actions/secrets", settings.secrets, ("secrets: read",)),
    Route("GET", f"{_REPOSITORY}/actions/variables", settings.variables, ("variables: read",)),
    Route("GET", f"{_REPOSITORY}/codeowners/errors", settings.owners_errors, ("contents: read",)),
    Route("GET", f"{_REPOSITORY}/immutable-releases", settings.immutable_releases, ("administration: read",)),
    Route("PUT", f"{_REPOSITORY}/immutable-releases", settings.make_releases_immutable, ("administration: write",)),
    *(
        Route(
            method,
            f"{_REPOSITORY}/actions/{path}",
            getattr(settings.Part(path.rpartition("/")[2]), method.lower()),
            (f"administration: {level}",),
        )
        for path in _ACTIONS
        for method, level in (("GET", "read"), ("PUT", "write"))
    ),
    Route("GET", f"{_REPOSITORY}/actions/oidc/customization/sub", identity.customization, ("actions: read",)),
    Route("GET", _PENDING, deployments.pending, ("actions: read",)),
    Route("POST", _PENDING, deployments.review, ("deployments: write",)),
    Route("POST", _DISPATCH, dispatches.create, ("actions: write",), writes=True),
    Route("POST", _APPROVE, approvals.approve, ("actions: write",), writes=True),
    Route("POST", "/app/installations/{installation_id}/access_tokens", accounts.app_token),
    Route("GET", _TEAM, accounts.team, ("members: read",)),
    Route("GET", f"{_TEAM}/memberships/{{username}}", accounts.membership, ("members: read",)),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request, and the values in its path."""
    for route in ROUTES:
        parts = route.match(method, path)
        if parts is not None:
            return route, parts
    return None
