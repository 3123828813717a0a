"""Pull requests in answers, with their ends, files and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from mlops_spec.rehearse.hub.accounts import association, node_id, user
from mlops_spec.rehearse.hub.issues import label
from mlops_spec.rehearse.hub.merging import mergeable
from mlops_spec.rehearse.hub.repository import repository

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.request import Json, Request
    from mlops_spec.rehearse.hub.state import Hub, Pull, Review


def simple_shape(hub: Hub, pull: Pull, api: str) -> Json:
    """As lists show it."""
    urls = _urls(hub, pull, api)
    return {
        "id": 1_000_000 + pull.number,
        "node_id": node_id("PullRequest", pull.number),
        "number": pull.number,
        "title": pull.title,
        "body": pull.body,
        "user": user(pull.user, api),
        "state": pull.state,
        "locked": False,
        "draft": False,
        "head": _end(hub, pull.head, pull.head_sha, api, fork=pull.fork),
        "base": _end(hub, pull.base, pull.base_sha, api),
        "merge_commit_sha": pull.merge_sha,
        "merged_at": pull.merged_at,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "author_association": association(pull.user),
        **dict.fromkeys(("assignee", "milestone", "auto_merge"), None),
        **{name: [] for name in ("assignees", "requested_reviewers", "requested_teams")},
        "labels": [label(name, api, hub) for name in pull.labels],
        "url": urls["self"],
        "html_url": urls["html"],
        "diff_url": f"{urls['html']}.diff",
        "patch_url": f"{urls['html']}.patch",
        "issue_url": urls["issue"],
        **{
            f"{name}_url": urls[name]
            for name in ("comments", "commits", "review_comment", "review_comments", "statuses")
        },
        "_links": {name: {"href": href} for name, href in urls.items()},
    }


def _urls(hub: Hub, pull: Pull, api: str) -> dict[str, str]:
    url = f"{api}/repos/{hub.repository}/pulls/{pull.number}"
    issue_url = f"{api}/repos/{hub.repository}/issues/{pull.number}"
    return {
        "self": url,
        "html": f"{hub.server_url}/{hub.repository}/pull/{pull.number}",
        "issue": issue_url,
        "comments": f"{issue_url}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/repos/{hub.repository}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api}/repos/{hub.repository}/statuses/{pull.head_sha}",
    }


def label_of(pull: Pull, own: str) -> str:
    return f"{(pull.fork or own).split('/')[0]}:{pull.head}"


def _end(hub: Hub, branch: str, sha: str, api: str, *, fork: str = "") -> Json:
    repo = repository(hub, api, fork=fork)
    return {
        "label": f"{repo['owner']['login']}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": repo["owner"],
        "repo": repo,
    }


def full_shape(hub: Hub, pull: Pull, api: str) -> Json:
    """As it is shown by itself."""
    clean = mergeable(pull)
    added, deleted, files = hub.origin.numbers(pull.base_sha, pull.head_sha)
    return {
        **simple_shape(hub, pull, api),
        "merged": pull.merged_at is not None,
        "merged_by": user(pull.merged_by, api) if pull.merged_by else None,
        "mergeable": clean,
        "mergeable_state": {True: "clean", False: "dirty", None: "unknown"}[clean],
        "rebaseable": clean,
        "maintainer_can_modify": False,
        "comments": sum(comment.issue == pull.number for comment in hub.comments.values()),
        "review_comments": 0,
        "commits": len(hub.origin.commits(pull.base_sha, pull.head_sha)),
        "additions": added,
        "deletions": deleted,
        "changed_files": files,
    }


def file_shape(request: Request, pull: Pull, kind: str, path: str) -> Json:
    hub, name = request.hub, quote(path)
    blob = hub.origin.git.text("rev-parse", f"{pull.base_sha if kind == 'D' else pull.head_sha}:{path}")
    page = f"{hub.server_url}/{hub.repository}"
    return {
        "sha": blob,
        "filename": path,
        "status": {"A": "added", "D": "removed"}.get(kind, "modified"),
        **dict.fromkeys(("additions", "deletions", "changes"), 0),  # nobody asks
        "blob_url": f"{page}/blob/{pull.head_sha}/{name}",
        "raw_url": f"{page}/raw/{pull.head_sha}/{name}",
        "contents_url": f"{request.api}/repos/{hub.repository}/contents/{name}?ref={pull.head_sha}",
    }


def review_shape(request: Request, found: Review) -> Json:
    url = f"{request.api}/repos/{request.hub.repository}/pulls/{found.pull}"
    html = f"{request.hub.server_url}/{request.hub.repository}/pull/{found.pull}#pullrequestreview-{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("PullRequestReview", found.id),
        "user": user(found.user, request.api),
        "body": found.body,
        "state": found.state,
        "commit_id": found.commit,
        "submitted_at": found.submitted_at,
        "html_url": html,
        "pull_request_url": url,
        "author_association": association(found.user),
        "_links": {"html": {"href": html}, "pull_request": {"href": url}},
    }
