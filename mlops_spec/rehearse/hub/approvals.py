"""Runs that wait for a person's approval: of a pull request by a workflow's token, or by a newcomer.

https://docs.github.com/actions/concepts/security/github_token
https://docs.github.com/actions/how-tos/manage-workflow-runs/approve-runs-from-forks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub.people import ACTIONS
from mlops_spec.rehearse.hub.request import Refused, Request, Result

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.state import Hub


def asks(hub: Hub, event: str, login: str) -> bool:
    """Whether the runs of an account's pull request wait: a workflow's do, and those of who may not write by a policy.

    Whoever contributed before has a merged pull request; that they are new to GitHub as well is not known here.
    """
    if event != "pull_request":
        return False
    person = hub.person(login)
    if login == ACTIONS or person is None or person.role in ("admin", "write"):
        return login == ACTIONS
    policy = hub.settings.actions["fork-pr-contributor-approval"]["approval_policy"]
    return policy == "all_external_contributors" or not any(
        pull.merged_at for pull in hub.pulls() if pull.user == person
    )


def hold(hub: Hub, run: int) -> None:
    """A run does not start: on GitHub it ends at once, as `action_required`."""
    with hub.lock:
        hub.held[run] = ""


def approved_by(hub: Hub, run: int) -> str:
    """Who let a held run start; empty while nobody has."""
    return hub.held[run]


def approve(request: Request) -> Result:
    """Somebody lets a run start; no job does, whatever its token may do."""
    run = request.number("run_id")
    if run not in request.hub.held:
        raise Refused(403, "This run is not from a fork pull request")
    if request.person.login == ACTIONS:
        raise Refused(403, "Resource not accessible by integration")
    request.hub.held[run] = request.person.login
    return 201, {}
