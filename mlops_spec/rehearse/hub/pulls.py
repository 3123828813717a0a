"""Pull requests and their reviews: shapes and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub.accounts import association, node_id, owner, user
from mlops_spec.rehearse.hub.commits import commit_shape
from mlops_spec.rehearse.hub.issues import label
from mlops_spec.rehearse.hub.merging import find, mergeable, refresh
from mlops_spec.rehearse.hub.repository import repository
from mlops_spec.rehearse.hub.request import Json, Refused, Request, Result
from mlops_spec.rehearse.hub.state import Pull, Review, now

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.state import Hub, ReviewState

_EVENTS: dict[str, ReviewState] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}


def create(request: Request) -> Result:
    may = request.hub.settings.actions["workflow"]["can_approve_pull_request_reviews"]
    if request.credential.job is not None and not may:
        raise Refused(403, "GitHub Actions is not permitted to create or approve pull requests.")
    hub, (title, head, base) = request.hub, (request.text(name) for name in ("title", "head", "base"))
    head = head.removeprefix(f"{hub.repository.split('/')[0]}:")
    ends = {name: hub.origin.branch(branch) for name, branch in (("head", head), ("base", base))}
    for name, sha in ends.items():
        if sha is None:
            raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "field": name, "code": "invalid"}])
    if any((pull.head, pull.base, pull.state) == (head, base, "open") for pull in hub.pulls()):
        said = f"A pull request already exists for {hub.repository.split('/')[0]}:{head}."
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
    if not hub.origin.commits(str(ends["base"]), str(ends["head"])):
        said = f"No commits between {base} and {head}"
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
    pull = Pull(hub.next_number(), request.person, title, str(request.body.get("body") or ""), head=head, base=base)
    hub.issues[pull.number] = pull
    refresh(hub, pull)
    return 201, _full(request, pull)


def listed(request: Request) -> Result:
    state, head, base = (
        request.query.get(name, default) for name, default in (("state", "open"), ("head", ""), ("base", ""))
    )
    owner_name = request.hub.repository.split("/")[0]
    found = [
        pull
        for pull in request.hub.pulls()
        if state in ("all", pull.state) and head in ("", f"{owner_name}:{pull.head}") and base in ("", pull.base)
    ]
    return 200, [_simple(request, pull) for pull in found]


def of_commit(request: Request) -> Result:
    """The merged pull requests that brought a commit in, or the open ones that hold it."""
    hub, sha = request.hub, request.part("commit_sha")
    if not hub.origin.has(sha):
        raise Refused(422, f"No commit found for SHA: {sha}")
    found = [pull for pull in hub.pulls() if sha in {pull.merge_sha, *hub.origin.commits(pull.base_sha, pull.head_sha)}]
    return 200, [_simple(request, pull) for pull in found]


def get(request: Request) -> Result:
    return 200, _full(request, find(request))


def update(request: Request) -> Result:
    pull = find(request)
    pull.title = str(request.body.get("title", pull.title))
    pull.body = str(request.body.get("body", pull.body) or "")
    state = request.body.get("state", pull.state)
    if state not in ("open", "closed") or (pull.merged_at and state == "open"):
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "field": "state", "code": "invalid"}])
    pull.closed_at = pull.closed_at or now() if state == "closed" else None
    pull.state, pull.updated_at = state, now()
    return 200, _full(request, pull)


def commits(request: Request) -> Result:
    pull = find(request)
    shas = request.hub.origin.commits(pull.base_sha, pull.head_sha)
    return 200, [commit_shape(request.hub, sha, request.api) for sha in shas]


def reviews(request: Request) -> Result:
    number = find(request).number
    return 200, [_review(request, review) for review in request.hub.reviews if review.pull == number]


def review(request: Request) -> Result:
    pull, event = find(request), request.text("event")
    if event not in _EVENTS:
        raise Refused(422, "Unprocessable Entity", ["Variable $event is invalid"])
    if pull.user == request.person and event != "COMMENT":
        raise Refused(422, "Unprocessable Entity", [f"Can not {event.lower().replace('_', ' ')} your own pull request"])
    commit = str(request.body.get("commit_id") or pull.head_sha)
    body = str(request.body.get("body") or "")
    given = Review(request.hub.next_id(), pull.number, request.person, _EVENTS[event], commit, body)
    request.hub.reviews.append(given)
    return 200, _review(request, given)


def _simple(request: Request, pull: Pull) -> Json:
    return simple_shape(request.hub, pull, request.api)


def _full(request: Request, pull: Pull) -> Json:
    return full_shape(request.hub, pull, request.api)


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
        "head": _end(hub, pull.head, pull.head_sha, api),
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


def _end(hub: Hub, branch: str, sha: str, api: str) -> Json:
    account = owner(hub, api)
    return {
        "label": f"{account['login']}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": account,
        "repo": repository(hub, api),
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


def _review(request: Request, found: Review) -> Json:
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
