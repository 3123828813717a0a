"""People: what somebody may do here, and whether a spec's `@owner` names them."""

from __future__ import annotations

from mlops_spec.errors import Failure
from mlops_spec.forge.connection import GitHub, repository_path
from mlops_spec.forge.shapes import Membership, Permission, read


def permission(github: GitHub, login: str) -> str:
    """`admin`, `write`, `read` or `none`."""
    path = repository_path(github, f"collaborators/{login}/permission")
    return read(Permission, github.get(path, needs="metadata: read"), f"GET {path}").permission


def is_member(github: GitHub, organization: str, team: str, login: str) -> bool:
    """Whether somebody is an active member of a team.

    The token of a workflow run can't read teams: GitHub then answers as if there were no team.
    """
    try:
        state = _membership(github, organization, team, login).state
    except Failure as failure:
        if ": 404 " not in failure.message:
            raise
        github.get(f"/orgs/{organization}/teams/{team}", needs="members: read")
        return False
    return state == "active"


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
