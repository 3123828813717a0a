"""Issues and comments: the shapes of their answers, and their calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub.accounts import association, node_id, user
from mlops_spec.rehearse.hub.request import Json, Refused, Request, Result
from mlops_spec.rehearse.hub.state import Comment, Issue, Pull, now

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.state import Hub

_LARGEST = 65_536  # characters of a body


def listed(request: Request) -> Result:
    state = request.query.get("state", "open")
    labels = {name for name in request.query.get("labels", "").split(",") if name}
    found = [
        issue
        for _, issue in sorted(request.hub.issues.items(), reverse=True)
        if state in ("all", issue.state) and labels <= set(issue.labels)
    ]
    return 200, [_shape(request, issue) for issue in found]


def create(request: Request) -> Result:
    labels = [str(name) for name in request.body.get("labels", [])]
    issue = Issue(request.hub.next_number(), request.person, request.text("title"), _body(request), labels)
    request.hub.issues[issue.number] = issue
    return 201, _shape(request, issue)


def update(request: Request) -> Result:
    issue = _found(request)
    issue.title = str(request.body.get("title", issue.title))
    issue.body = _body(request) if "body" in request.body else issue.body
    issue.state = request.body.get("state", issue.state)
    issue.updated_at = now()
    issue.closed_at = issue.closed_at or now() if issue.state == "closed" else None
    return 200, _shape(request, issue)


def comments(request: Request) -> Result:
    number = _found(request).number
    found = [comment for comment in request.hub.comments.values() if comment.issue == number]
    return 200, [_comment(request, comment) for comment in found]


def comment(request: Request) -> Result:
    given = Comment(request.hub.next_id(), _found(request).number, request.person, _body(request))
    request.hub.comments[given.id] = given
    return 201, _comment(request, given)


def update_comment(request: Request) -> Result:
    found = request.hub.comments.get(request.number("comment_id"))
    if found is None:
        raise Refused(404, "Not Found")
    if found.user != request.person and request.person.role not in ("admin", "write"):
        raise Refused(403, "Must have push access to edit the comment.")
    found.body, found.updated_at = _body(request), now()
    return 200, _comment(request, found)


def _found(request: Request) -> Issue:
    issue = request.hub.issues.get(request.number("issue_number"))
    if issue is None:
        raise Refused(404, "Not Found")
    return issue


def _body(request: Request) -> str:
    body = str(request.body.get("body") or "")
    if len(body) > _LARGEST:
        said = "body is too long (maximum is 65536 characters)"
        raise Refused(
            422, "Validation Failed", [{"resource": "Issue", "field": "body", "code": "custom", "message": said}]
        )
    return body


def label(name: str, api: str, hub: Hub) -> Json:
    return {
        "id": sum(name.encode()) + 1,
        "node_id": node_id("Label", 1),
        "url": f"{api}/repos/{hub.repository}/labels/{name}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
    }


def _shape(request: Request, found: Issue) -> Json:
    hub, api = request.hub, request.api
    url = f"{api}/repos/{hub.repository}/issues/{found.number}"
    kind = "pull" if isinstance(found, Pull) else "issues"
    html = f"{hub.server_url}/{hub.repository}/{kind}/{found.number}"
    as_pull = {"url": url, "html_url": html, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch"}
    return {
        "id": 2_000_000 + found.number,
        "node_id": node_id("Issue", found.number),
        "url": url,
        "repository_url": f"{api}/repos/{hub.repository}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": html,
        "number": found.number,
        "state": found.state,
        "title": found.title,
        "body": found.body,
        "user": user(found.user, api),
        "labels": [label(name, api, hub) for name in found.labels],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "comments": sum(comment.issue == found.number for comment in hub.comments.values()),
        "closed_at": found.closed_at,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "author_association": association(found.user),
        **({"pull_request": as_pull} if isinstance(found, Pull) else {}),
    }


def _comment(request: Request, found: Comment) -> Json:
    hub, api = request.hub, request.api
    base = f"{api}/repos/{hub.repository}/issues"
    kind = "pull" if hub.pull(found.issue) else "issues"
    return {
        "id": found.id,
        "node_id": node_id("IssueComment", found.id),
        "url": f"{base}/comments/{found.id}",
        "html_url": f"{hub.server_url}/{hub.repository}/{kind}/{found.issue}#issuecomment-{found.id}",
        "issue_url": f"{base}/{found.issue}",
        "body": found.body,
        "user": user(found.user, api),
        "author_association": association(found.user),
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }
