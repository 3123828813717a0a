"""The code owners and approvers that a repository names, created as accounts and teams of the local forge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.outputs.environments import deployments
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.hub import tokens
from mlops_spec.rehearse.hub.owners import read_owners
from mlops_spec.rehearse.hub.people import Person

if TYPE_CHECKING:
    from mlops_spec.git import Tree
    from mlops_spec.rehearse.hub.state import Hub
    from mlops_spec.spec import Spec

_NOBODY = ("carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory")  # as many as may be asked for


def enrol(hub: Hub, tree: Tree, spec: Spec) -> tuple[str, ...]:
    """Puts them there and returns who reviews: everybody named but the author, and as many more as are asked for."""
    named = _mentioned_people(tree, spec)
    teams = [name for name in named if "/" in name]
    needed = max((each.promote.approvals for each in spec.environments.values()), default=1)
    members = (cast.REVIEWER, *_NOBODY)[: max(needed, 1)]
    logins = dict.fromkeys([*(name for name in named if "/" not in name), *members])
    for number, login in enumerate(logins, start=1000):
        if hub.person(login) is None:
            hub.people = (*hub.people, Person(login, number, tokens.new("ghp")))
    hub.teams |= dict.fromkeys(teams, members)
    _lend_key(hub, spec)
    return tuple(login for login in logins if login != cast.AUTHOR)


def _lend_key(hub: Hub, spec: Spec) -> None:
    key = {"MLOPS_APP_KEY": hub.account(cast.APP).key}
    for name, each in deployments(spec).items():
        if each.asks_teams:
            hub.settings.secrets[name] = hub.settings.secrets.get(name, {}) | key


def _mentioned_people(tree: Tree, spec: Spec) -> list[str]:
    lines = (line.partition("#")[0].split()[1:] for line in read_owners(tree).splitlines() if line.strip())
    approvers = (name for each in spec.environments.values() for name in each.promote.approvers)
    names = (*(name for line in lines for name in line), *approvers)
    return list(dict.fromkeys(name.removeprefix("@") for name in names if name.startswith("@")))
