"""Merging a pull request: what blocks it, its merge commit, and following its branches while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.api.approvals import counted, wanted_changes
from mlops_spec.platforms.github.api.shapes import Account
from mlops_spec.platforms.github.api.shapes import Review as Seen
from mlops_spec.rehearse.hub.origin import Conflict
from mlops_spec.rehearse.hub.owners import lacking, read_owners
from mlops_spec.rehearse.hub.request import Refused, Request, Result
from mlops_spec.rehearse.hub.rulesets import passed, rules
from mlops_spec.rehearse.hub.state import now

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.people import Person
    from mlops_spec.rehearse.hub.rulesets import Rules
    from mlops_spec.rehearse.hub.state import Hub, Pull


def find(request: Request) -> Pull:
    """The pull request that the path names, brought up to date."""
    pull = request.hub.pull(request.number("pull_number"))
    if pull is None:
        raise Refused(404, "Not Found")
    refresh(request.hub, pull)
    return pull


def refresh(hub: Hub, pull: Pull) -> None:
    """Follows the branches of an open pull request and sets `refs/pull/N/head` and `…/merge`, as GitHub does."""
    if pull.state == "closed":
        return
    head = f"refs/pull/{pull.number}/head"
    found = hub.origin.follow(hub.forks[pull.fork], pull.head, head) if pull.fork else hub.origin.branch(pull.head)
    pull.head_sha = found or pull.head_sha
    pull.base_sha = hub.origin.branch(pull.base) or pull.base_sha
    hub.origin.move(head, pull.head_sha)
    try:
        pull.merge_sha = _try_merge(hub, pull)
    except Conflict:
        pull.merge_sha = None
        hub.origin.delete(_merge_ref(pull))


def mergeable(pull: Pull) -> bool | None:
    """Whether the branches merge without a conflict; None once it is closed."""
    return pull.merge_sha is not None if pull.state == "open" else None


def merge(request: Request) -> Result:
    hub, pull, body = request.hub, find(request), request.body
    if pull.state == "closed" or not mergeable(pull):
        raise Refused(405, "Pull Request is not mergeable")
    method = body.get("merge_method", "merge")
    if method not in ("merge", "squash"):
        raise Refused(405, f"{method.capitalize()} merges are not allowed on this repository.")
    if body.get("sha", pull.head_sha) != pull.head_sha:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    asked = rules(hub, pull.base, request.person)
    against = violations(hub, pull, method, asked)
    if asked.queue:
        against.append("Changes must be made through the merge queue")
    if against:
        raise Refused(405, "Repository rule violations found\n\n" + "\n".join(against))
    title, text = default_message(pull, method)
    message = f"{body.get('commit_title') or title}\n\n{body.get('commit_message') or text}"
    _merge(request, pull, message, squash=method == "squash")
    return 200, {"sha": pull.merge_sha, "merged": True, "message": "Pull Request successfully merged"}


def default_message(pull: Pull, method: str) -> tuple[str, str]:
    """Title and text of the commit that a merge makes."""
    if method == "squash":
        return f"{pull.title} (#{pull.number})", pull.body
    return f"Merge pull request #{pull.number} from {pull.head}", pull.title


def _merge(request: Request, pull: Pull, message: str, *, squash: bool) -> None:
    hub, by = request.hub, pull.user if squash else request.person
    try:
        commit = hub.origin.merge_commit(pull.base_sha, pull.head_sha, message=message, by=by, squash=squash)
        hub.origin.move(f"refs/heads/{pull.base}", commit, pull.base_sha)
    except Conflict:
        raise Refused(409, "Base branch was modified. Review and try the merge again.") from None
    record_merge(hub, pull, commit, request.person)


def record_merge(hub: Hub, pull: Pull, commit: str, by: Person) -> None:
    """The pull request is closed: its branch went into another as this commit."""
    hub.origin.delete(_merge_ref(pull))
    pull.merge_sha, pull.merged_by, pull.state = commit, by, "closed"
    pull.merged_at = pull.closed_at = pull.updated_at = now()


def violations(hub: Hub, pull: Pull, method: str, asked: Rules) -> list[str]:
    """What stands against a merge by this method, in GitHub's words."""
    seen = [
        Seen(
            id=review.id,
            user=Account(login=review.user.login, id=review.user.id, type=review.user.type),
            state=review.state,
            commit_id=review.commit,
        )
        for review in hub.reviews
        if review.pull == pull.number
    ]
    approved_by = [
        each.user.login for each in counted(seen, head_sha=pull.head_sha, nobody_of={pull.user.login}) if each.user
    ]
    return [
        *(["This branch must not contain merge commits."] if asked.linear and method == "merge" else []),
        *([f"At least {asked.approvals} approving review is required"] if len(approved_by) < asked.approvals else []),
        *(_unseen(hub, pull, approved_by) if asked.last_push and asked.approvals else []),
        *(_without_owner_approval(hub, pull, approved_by) if asked.code_owners else []),
        *(f"Changes were requested by {login}" for login in wanted_changes(seen)),
        *(_outdated(hub, pull) if asked.up_to_date and asked.checks else []),
        *(
            f'Required status check "{check.context}" is {state}.'
            for check in asked.checks
            if (state := passed(hub, check, pull.head_sha)) != "success"
        ),
    ]


def _unseen(hub: Hub, pull: Pull, approved_by: list[str]) -> list[str]:
    pusher = hub.pushers.get(pull.head_sha)
    seen = [login for login in approved_by if login != pusher]
    return [] if seen else ["New changes require approval from someone other than the last pusher."]


def _outdated(hub: Hub, pull: Pull) -> list[str]:
    contained = hub.origin.git.is_ancestor(pull.base_sha, pull.head_sha)
    return [] if contained else ["This branch is out-of-date with the base branch."]


def _without_owner_approval(hub: Hub, pull: Pull, approved_by: list[str]) -> list[str]:
    git = hub.origin.git
    parted = git.text("merge-base", pull.base_sha, pull.head_sha)
    changed = hub.origin.changed(parted, pull.head_sha)
    missing = lacking(changed, read_owners(git.tree(pull.base_sha)), approved_by, hub.teams)
    return [f"Waiting on code owner review from {owners}." for owners in missing]


def _merge_ref(pull: Pull) -> str:
    return f"refs/pull/{pull.number}/merge"


def _try_merge(hub: Hub, pull: Pull) -> str:
    there = hub.origin.git.resolve(_merge_ref(pull))
    if there and hub.origin.describe(there)["parents"] == f"{pull.base_sha} {pull.head_sha}":
        return there
    message = f"Merge {pull.head_sha} into {pull.base_sha}"
    commit = hub.origin.merge_commit(pull.base_sha, pull.head_sha, message=message, by=pull.user)
    hub.origin.move(_merge_ref(pull), commit)
    return commit
