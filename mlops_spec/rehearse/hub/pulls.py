"""Pull requests and their reviews: the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub.commits import commit_shape
from mlops_spec.rehearse.hub.merging import find, refresh
from mlops_spec.rehearse.hub.pull_shapes import file_shape, full_shape, label_of, review_shape, simple_shape
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
    fork, head = _head(hub, head)
    place = hub.forks[fork] if fork else hub.origin
    ends = {"head": place.branch(head), "base": hub.origin.branch(base)}
    for name, sha in ends.items():
        if sha is None:
            raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "field": name, "code": "invalid"}])
    if any((pull.fork, pull.head, pull.base, pull.state) == (fork, head, base, "open") for pull in hub.pulls()):
        said = f"A pull request already exists for {(fork or hub.repository).split('/')[0]}:{head}."
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
    body = str(request.body.get("body") or "")
    pull = Pull(hub.next_number(), request.person, title, body, head=head, fork=fork, base=base)
    refresh(hub, pull)
    if not hub.origin.commits(pull.base_sha, pull.head_sha):
        said = f"No commits between {base} and {head}"
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
    hub.issues[pull.number] = pull
    return 201, _full(request, pull)


def _head(hub: Hub, name: str) -> tuple[str, str]:
    """The fork and the branch that `owner:branch` names; no fork where it is the repository itself."""
    owner_name, _, branch = name.rpartition(":")
    if owner_name in ("", hub.repository.split("/")[0]):
        return "", branch
    fork = next((each for each in hub.forks if each.split("/")[0] == owner_name), None)
    if fork is None:
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "field": "head", "code": "invalid"}])
    return fork, branch


def listed(request: Request) -> Result:
    state, head, base = (
        request.query.get(name, default) for name, default in (("state", "open"), ("head", ""), ("base", ""))
    )
    own = request.hub.repository
    found = [
        pull
        for pull in request.hub.pulls()
        if state in ("all", pull.state) and head in ("", label_of(pull, own)) and base in ("", pull.base)
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


def files(request: Request) -> Result:
    """What it changes since it parted from its base."""
    pull, hub = find(request), request.hub
    changed = hub.origin.git.text("diff", "--no-renames", "--name-status", f"{pull.base_sha}...{pull.head_sha}")
    return 200, [file_shape(request, pull, *row.split("\t")) for row in changed.splitlines()]


def commits(request: Request) -> Result:
    pull = find(request)
    shas = request.hub.origin.commits(pull.base_sha, pull.head_sha)
    return 200, [commit_shape(request.hub, sha, request.api) for sha in shas]


def reviews(request: Request) -> Result:
    number = find(request).number
    return 200, [review_shape(request, review) for review in request.hub.reviews if review.pull == number]


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
    return 200, review_shape(request, given)


def _simple(request: Request, pull: Pull) -> Json:
    return simple_shape(request.hub, pull, request.api)


def _full(request: Request, pull: Pull) -> Json:
    return full_shape(request.hub, pull, request.api)
