"""The repository's own answer, as other answers include it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub.accounts import node_id, owner, user
from mlops_spec.rehearse.hub.request import CREATED, Json

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.state import Hub

_URLS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_COUNTS = ("forks", "forks_count", "open_issues", "open_issues_count", "stargazers_count", "watchers", "watchers_count")


def repository(hub: Hub, api: str, *, fork: str = "") -> Json:
    """The hub's repository, or one of its forks."""
    name, number = fork or hub.repository, 2 + list(hub.forks).index(fork) if fork else 1
    url, html = f"{api}/repos/{name}", f"{hub.server_url}/{name}"
    return {
        "id": number,
        "node_id": node_id("Repository", number),
        "name": name.split("/")[1],
        "full_name": name,
        "owner": user(hub.account(fork.partition("/")[0]), api) if fork else owner(hub, api),
        "private": False,
        "html_url": html,
        "description": None,
        "fork": bool(fork),
        "url": url,
        **{name: url + rest for name, rest in _URLS.items()},
        **dict.fromkeys(("clone_url", "git_url", "ssh_url", "svn_url"), f"{html}.git"),
        **dict.fromkeys(_COUNTS, 0),
        **dict.fromkeys(("homepage", "language", "mirror_url", "license"), None),
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads"), True),
        **dict.fromkeys(("archived", "disabled", "has_pages", "has_discussions"), False),
        **dict.fromkeys(("pushed_at", "created_at", "updated_at"), CREATED),
        "size": 0,
        "default_branch": hub.settings.default_branch,
        "topics": [],
        "visibility": "public",
    }
