"""People: their permissions here, and whether a spec's `@owner` names them."""

from __future__ import annotations

from dataclasses import replace

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api.connection import GitHub, repository_path
from mlops_spec.platforms.github.api.shapes import Membership, Permission, read
from mlops_spec.platforms.github.api.trouble import Refusal


def permission(github: GitHub, login: str) -> str:
    """`admin`, `write`, `read` or `none`."""
    path = repository_path(github, f"collaborators/{login}/permission")
    return read(Permission, github.get(path, needs="metadata: read"), f"GET {path}").permission


def is_member(github: GitHub, organization: str, team: str, login: str) -> bool:
    """Whether somebody is an active member of a team.

    The token of a workflow run can't read teams: GitHub then answers as if there were no team.

    Raises:
        Failure: the token may not read the team (exit 78).
    """
    if github.team_token:
        github = replace(github, token=github.team_token)
    try:
        state = _membership(github, organization, team, login).state
    except Refusal as refusal:
        if refusal.status != 404:
            raise _unreadable(refusal) from refusal
        _check_readable(github, organization, team)
        return False
    return state == "active"


def _check_readable(github: GitHub, organization: str, team: str) -> None:
    try:
        github.get(f"/orgs/{organization}/teams/{team}", needs="members: read")
    except Refusal as refusal:
        raise _unreadable(refusal) from refusal


def _unreadable(refusal: Refusal) -> Failure:
    remedy = (
        "a workflow's own token can't read teams: give the job's environment the variable MLOPS_APP_CLIENT_ID and the "
        "secret MLOPS_APP_KEY of a GitHub App with `members: read`, or name persons in place of teams"
    )
    return Failure(f"{refusal.message}: who is in this team can't be told", exit_code=Exit.CONFIG, remedy=remedy)


def _membership(github: GitHub, organization: str, team: str, login: str) -> Membership:
    path = f"/orgs/{organization}/teams/{team}/memberships/{login}"
    return read(Membership, github.get(path, needs="members: read"), f"GET {path}")


def is_named(github: GitHub, login: str, owners: list[str]) -> bool:
    """Whether one of `owners` (`@user`, `@organization/team`) is `login`; users are compared before teams are asked."""
    names = [owner.removeprefix("@") for owner in owners]
    if login.lower() in (name.lower() for name in names if "/" not in name):
        return True
    teams = [name.split("/", 1) for name in names if "/" in name]
    return any(is_member(github, organization, team, login) for organization, team in teams)
