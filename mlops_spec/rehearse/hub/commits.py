"""Commits and their statuses: the shapes of their answers, and their calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

from mlops_spec.rehearse.hub.accounts import node_id, user
from mlops_spec.rehearse.hub.request import Json, Refused, Request, Result
from mlops_spec.rehearse.hub.state import Status, StatusState

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.state import Hub


def create_status(request: Request) -> Result:
    hub, sha, state = request.hub, request.part("sha"), request.text("state")
    if not hub.origin.has(sha):
        raise Refused(422, f"No commit found for SHA: {sha}")
    if state not in get_args(StatusState):
        raise Refused(422, "Validation Failed", [{"resource": "Status", "field": "state", "code": "inclusion"}])
    context = str(request.body.get("context", "default"))
    given = Status(
        hub.next_id(),
        sha,
        context,
        cast("StatusState", state),
        request.person,
        request.body.get("description"),
        request.body.get("target_url"),
    )
    hub.statuses.append(given)
    return 201, _status(request, given)


def statuses(request: Request) -> Result:
    """Newest first."""
    sha = request.hub.origin.git.resolve(request.part("ref"))
    return 200, [_status(request, status) for status in reversed(request.hub.statuses) if status.sha == sha]


def attest(request: Request) -> Result:
    """Keeps nothing: the rehearsal's statements are unsigned, and lie in the run's folder."""
    job = request.credential.job
    if job is None or not request.credential.may("id-token: write"):
        message = 'missing "id-token" permission. Please add "permissions: id-token: write" to your workflow.'
        raise Refused(403, message)
    return 201, {"id": request.hub.next_id()}


def _status(request: Request, found: Status) -> Json:
    hub, api = request.hub, request.api
    return {
        "id": found.id,
        "node_id": node_id("StatusContext", found.id),
        "url": f"{api}/repos/{hub.repository}/statuses/{found.sha}",
        "avatar_url": None,
        "state": found.state,
        "description": found.description,
        "target_url": found.target_url,
        "context": found.context,
        "created_at": found.created_at,
        "updated_at": found.created_at,
        "creator": user(found.creator, api),
    }


def commit_shape(hub: Hub, sha: str, api: str) -> Json:
    url = f"{api}/repos/{hub.repository}/commits"
    about = hub.origin.describe(sha)
    return {
        "sha": sha,
        "node_id": node_id("Commit", 1),
        "url": f"{url}/{sha}",
        "html_url": f"{hub.server_url}/{hub.repository}/commit/{sha}",
        "comments_url": f"{url}/{sha}/comments",
        "author": _account(hub, about["author_email"], api),
        "committer": _account(hub, about["email"], api),
        "parents": [{"sha": parent, "url": f"{url}/{parent}"} for parent in about["parents"].split()],
        "commit": {
            "url": f"{api}/repos/{hub.repository}/git/commits/{sha}",
            "message": about["message"],
            "comment_count": 0,
            "tree": {"sha": about["tree"], "url": f"{api}/repos/{hub.repository}/git/trees/{about['tree']}"},
            "author": {"name": about["author"], "email": about["author_email"], "date": about["author_date"]},
            "committer": {"name": about["name"], "email": about["email"], "date": about["date"]},
        },
    }


def _account(hub: Hub, email: str, api: str) -> Json | None:
    """The account of an address `<id>+<login>@users.noreply.github.com`."""
    person = hub.person(email.partition("@")[0].partition("+")[2])
    return user(person, api) if person else None
