"""Which call answers which method and path; the templates are those of GitHub's API description."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub import accounts, commits, issues, merging, pulls, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.rehearse.hub.request import Request, Result

_REPOSITORY = "/repos/{owner}/{repo}"
_ENVIRONMENT = f"{_REPOSITORY}/environments/{{environment_name}}"
_POLICIES = f"{_ENVIRONMENT}/deployment-branch-policies"
_TEAM = "/orgs/{org}/teams/{team_slug}"
_ACTIONS = (
    "permissions",
    "permissions/selected-actions",
    "permissions/workflow",
    "permissions/fork-pr-contributor-approval",
    "permissions/fork-pr-workflows-private-repos",
)


@dataclass(frozen=True)
class Route:
    """One operation; `writes` asks for a role that may write."""

    method: str
    template: str
    call: Callable[[Request], Result]
    writes: bool = False

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The values in a path that fits."""
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.template))
        found = re.fullmatch(pattern, path) if method == self.method else None
        return found.groupdict() if found else None


ROUTES = (
    Route("GET", f"{_REPOSITORY}/pulls", pulls.listed),
    Route("POST", f"{_REPOSITORY}/pulls", pulls.create),
    Route("GET", f"{_REPOSITORY}/pulls/{{pull_number}}", pulls.get),
    Route("PATCH", f"{_REPOSITORY}/pulls/{{pull_number}}", pulls.update, writes=True),
    Route("GET", f"{_REPOSITORY}/pulls/{{pull_number}}/commits", pulls.commits),
    Route("GET", f"{_REPOSITORY}/pulls/{{pull_number}}/reviews", pulls.reviews),
    Route("POST", f"{_REPOSITORY}/pulls/{{pull_number}}/reviews", pulls.review),
    Route("PUT", f"{_REPOSITORY}/pulls/{{pull_number}}/merge", merging.merge, writes=True),
    Route("GET", f"{_REPOSITORY}/commits/{{commit_sha}}/pulls", pulls.of_commit),
    Route("GET", f"{_REPOSITORY}/commits/{{ref}}/statuses", commits.statuses),
    Route("POST", f"{_REPOSITORY}/statuses/{{sha}}", commits.create_status, writes=True),
    Route("GET", f"{_REPOSITORY}/issues", issues.listed),
    Route("POST", f"{_REPOSITORY}/issues", issues.create),
    Route("PATCH", f"{_REPOSITORY}/issues/{{issue_number}}", issues.update, writes=True),
    Route("GET", f"{_REPOSITORY}/issues/{{issue_number}}/comments", issues.comments),
    Route("POST", f"{_REPOSITORY}/issues/{{issue_number}}/comments", issues.comment),
    Route("PATCH", f"{_REPOSITORY}/issues/comments/{{comment_id}}", issues.update_comment),
    Route("GET", f"{_REPOSITORY}/collaborators/{{username}}/permission", accounts.permission),
    Route("GET", "/users/{username}", settings.account),
    Route("GET", _REPOSITORY, settings.get),
    Route("PATCH", _REPOSITORY, settings.update),
    Route("GET", f"{_REPOSITORY}/rulesets", settings.rulesets),
    Route("POST", f"{_REPOSITORY}/rulesets", settings.create_ruleset),
    Route("GET", f"{_REPOSITORY}/rulesets/{{ruleset_id}}", settings.ruleset),
    Route("PUT", f"{_REPOSITORY}/rulesets/{{ruleset_id}}", settings.update_ruleset),
    Route("GET", _ENVIRONMENT, settings.environment),
    Route("PUT", _ENVIRONMENT, settings.update_environment),
    Route("GET", _POLICIES, settings.branch_policies),
    Route("POST", _POLICIES, settings.add_branch_policy, writes=True),
    Route("DELETE", f"{_POLICIES}/{{branch_policy_id}}", settings.remove_branch_policy, writes=True),
    Route("GET", f"{_ENVIRONMENT}/secrets", settings.secrets),
    Route("GET", f"{_ENVIRONMENT}/variables", settings.variables),
    Route("GET", f"{_REPOSITORY}/actions/secrets", settings.secrets),
    Route("GET", f"{_REPOSITORY}/actions/variables", settings.variables),
    Route("GET", f"{_REPOSITORY}/codeowners/errors", settings.owners_errors),
    Route("GET", f"{_REPOSITORY}/immutable-releases", settings.immutable_releases),
    Route("PUT", f"{_REPOSITORY}/immutable-releases", settings.make_releases_immutable),
    *(
        Route(method, f"{_REPOSITORY}/actions/{path}", getattr(settings.Part(path.rpartition("/")[2]), method.lower()))
        for path in _ACTIONS
        for method in ("GET", "PUT")
    ),
    Route("GET", _TEAM, accounts.team),
    Route("GET", f"{_TEAM}/memberships/{{username}}", accounts.membership),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request, and the values in its path."""
    for route in ROUTES:
        parts = route.match(method, path)
        if parts is not None:
            return route, parts
    return None
