"""Accounts, teams and permissions: the shapes of their answers, and their calls."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub.people import ACTIONS, Person
from mlops_spec.rehearse.hub.permissions import includes
from mlops_spec.rehearse.hub.request import CREATED, Json, Refused, Request, Result
from mlops_spec.rehearse.hub.tokens import AppToken, new

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.state import Hub

_USER_URLS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}


def node_id(kind: str, number: int) -> str:
    return b64encode(f"{kind}:{number}".encode()).decode()


def user(person: Person, api: str) -> Json:
    url = f"{api}/users/{person.login}"
    return {
        "login": person.login,
        "id": person.id,
        "node_id": node_id("User", person.id),
        "avatar_url": f"{url}/avatar",
        "gravatar_id": "",
        "url": url,
        "html_url": url,
        "type": person.type,
        "site_admin": False,
        **{name: url + rest for name, rest in _USER_URLS.items()},
    }


def owner(hub: Hub, api: str) -> Json:
    """The organization that the repository belongs to."""
    login = hub.repository.split("/")[0]
    return {**user(Person(login, 1, ""), api), "type": "Organization"}


def association(person: Person) -> str:
    return {"admin": "OWNER", "write": "COLLABORATOR", "read": "CONTRIBUTOR"}.get(person.role, "NONE")


def permission(request: Request) -> Result:
    person = request.hub.person(request.part("username"))
    if person is None:
        raise Refused(404, "Not Found")
    return 200, {"permission": person.role, "role_name": person.role, "user": None}


def app_token(request: Request) -> Result:
    """A token of the App's installation, with all of its permissions or those that it is asked for."""
    app, body = request.person, request.body
    if not request.credential.signed:
        raise Refused(401, "A JSON web token could not be decoded")
    has = app.permissions or {}
    asked = {name.replace("_", "-"): level for name, level in body.get("permissions", has).items()}
    if not all(includes(has, f"{scope}: {level}") for scope, level in asked.items()):
        raise Refused(422, "The permissions requested are not granted to this installation.")
    given = AppToken(new(), app.login, asked)
    request.hub.tokens[given.value] = given
    return 201, {
        "token": given.value,
        "expires_at": (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "permissions": {"metadata": "read", **{name.replace("-", "_"): level for name, level in asked.items()}},
        "repository_selection": "selected",
    }


def _team(request: Request) -> tuple[str, tuple[str, ...]]:
    if request.person.login == ACTIONS:  # an App may be allowed to
        raise Refused(403, "Resource not accessible by integration")
    name = f"{request.part('org')}/{request.part('team_slug')}"
    if name not in request.hub.teams:
        raise Refused(404, "Not Found")
    return name, request.hub.teams[name]


def team(request: Request) -> Result:
    name, members = _team(request)
    return 200, _team_shape(name, len(members), request.api)


def membership(request: Request) -> Result:
    name, members = _team(request)
    if request.part("username") not in members:
        raise Refused(404, "Not Found")
    url = f"{request.api}/orgs/{name.replace('/', '/teams/')}/memberships/{request.part('username')}"
    return 200, {"url": url, "role": "member", "state": "active"}


def _team_shape(name: str, members: int, api: str) -> Json:
    organization, slug = name.split("/")
    url = f"{api}/organizations/1/team/1"
    return {
        "id": 1,
        "node_id": node_id("Team", 1),
        "url": url,
        "html_url": f"https://github.com/orgs/{organization}/teams/{slug}",
        "name": slug,
        "slug": slug,
        "description": None,
        "privacy": "closed",
        "permission": "pull",
        "type": "organization",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "created_at": CREATED,
        "updated_at": CREATED,
        "members_count": members,
        "repos_count": 1,
        "organization": _organization_shape(organization, api),
    }


def _organization_shape(organization: str, api: str) -> Json:
    account = f"{api}/orgs/{organization}"
    return {
        "login": organization,
        "id": 1,
        "node_id": node_id("Organization", 1),
        "url": account,
        "html_url": f"https://github.com/{organization}",
        "repos_url": f"{account}/repos",
        "events_url": f"{account}/events",
        "hooks_url": f"{account}/hooks",
        "issues_url": f"{account}/issues",
        "members_url": f"{account}/members{{/member}}",
        "public_members_url": f"{account}/public_members{{/member}}",
        "avatar_url": f"{account}/avatar",
        "description": None,
        "is_verified": False,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_repos": 1,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "type": "Organization",
        "created_at": CREATED,
        "updated_at": CREATED,
        "archived_at": None,
    }
