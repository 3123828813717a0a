"""The calls that read and change the repository's settings; administrators alone may do most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.rehearse.hub.accounts import node_id, user
from mlops_spec.rehearse.hub.deployments import environment_id
from mlops_spec.rehearse.hub.repository import repository
from mlops_spec.rehearse.hub.request import CREATED, Json, Refused, Request, Result

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.configured import Configured
    from mlops_spec.rehearse.hub.state import Hub

DONE: Result = (204, {})


def _settings(request: Request, path: str = "", *, administers: bool = True) -> Configured:
    found = request.hub.settings
    for end, (status, message) in found.refusals.items():
        if path.endswith(end):
            raise Refused(status, message)
    if administers and request.person.role != "admin":
        raise Refused(403, "Resource not accessible by integration")
    return found


def get(request: Request) -> Result:
    found = _settings(request, "repository", administers=False)
    merging = found.merging if request.person.role in ("admin", "write") else {}
    own = {"private": found.private, "default_branch": found.default_branch}
    return 200, {**repository(request.hub, request.api), "network_count": 0, "subscribers_count": 0, **own, **merging}


def update(request: Request) -> Result:
    found, body = _settings(request, "repository"), request.body
    found.default_branch = body.get("default_branch", found.default_branch)
    found.merging |= {name: value for name, value in body.items() if name in found.merging}
    return get(request)


def rulesets(request: Request) -> Result:
    found = _settings(request, "rulesets", administers=False).rulesets
    return 200, [_ruleset(request, number, full=False) for number in found]


def ruleset(request: Request) -> Result:
    number = request.number("ruleset_id")
    if number not in _settings(request, "rulesets", administers=False).rulesets:
        raise Refused(404, "Not Found")
    return 200, _ruleset(request, number, full=True)


def create_ruleset(request: Request) -> Result:
    found, number = _settings(request, "rulesets"), request.hub.next_id()
    found.rulesets[number] = dict(request.body)
    return 201, _ruleset(request, number, full=True)


def update_ruleset(request: Request) -> Result:
    found, number = _settings(request, "rulesets"), request.number("ruleset_id")
    if number not in found.rulesets:
        raise Refused(404, "Not Found")
    found.rulesets[number] |= request.body
    return 200, _ruleset(request, number, full=True)


def _ruleset(request: Request, number: int, *, full: bool) -> Json:
    kept = request.hub.settings.rulesets[number]
    shown = {"name", "target", "enforcement"} | ({"conditions", "rules"} if full else set())
    shown |= {"bypass_actors"} if full and request.person.role == "admin" else set()
    source = {"source_type": "Repository", "source": request.hub.repository}
    return {"id": number, **source, **{name: value for name, value in kept.items() if name in shown}}


def environment(request: Request) -> Result:
    name = request.part("environment_name")
    found = _settings(request, f"environments/{name}", administers=False).environments
    if name not in found:
        raise Refused(404, "Not Found")
    return 200, _environment(request, name)


def update_environment(request: Request) -> Result:
    name, body = request.part("environment_name"), request.body
    found = _settings(request, f"environments/{name}").environments
    policies = found.get(name, {}).get("policies", [])
    found[name] = {
        "reviewers": body.get("reviewers") or [],
        "prevent_self_review": body.get("prevent_self_review", False),
        "branches": body.get("deployment_branch_policy"),
        "policies": policies if body.get("deployment_branch_policy") else [],
        "can_admins_bypass": found.get(name, {}).get("can_admins_bypass", True),
    }
    return 200, _environment(request, name)


def _environment(request: Request, name: str) -> Json:
    kept, url = request.hub.settings.environments[name], f"{request.api}/repos/{request.hub.repository}"
    return {
        "id": environment_id(request.hub, name),
        "node_id": node_id("Environment", environment_id(request.hub, name)),
        "name": name,
        "url": f"{url}/environments/{name}",
        "html_url": f"{request.hub.server_url}/{request.hub.repository}/deployments",
        "created_at": CREATED,
        "updated_at": CREATED,
        "can_admins_bypass": kept["can_admins_bypass"],
        "protection_rules": [*_reviewing(request, kept), *_branching(kept)],
        "deployment_branch_policy": kept["branches"],
    }


def _reviewing(request: Request, kept: Json) -> list[Json]:
    if not kept["reviewers"]:
        return []
    people = {person.id: person for person in request.hub.people}
    shown = [{"type": "User", "reviewer": user(people[each["id"]], request.api)} for each in kept["reviewers"]]
    rule = {"id": 2, "node_id": node_id("Gate", 2), "type": "required_reviewers", "reviewers": shown}
    return [{**rule, "prevent_self_review": kept["prevent_self_review"]}]


def _branching(kept: Json) -> list[Json]:
    return [{"id": 3, "node_id": node_id("Gate", 3), "type": "branch_policy"}] if kept["branches"] else []


def branch_policies(request: Request) -> Result:
    found = _policies(request)
    return 200, {"total_count": len(found), "branch_policies": found}


def add_branch_policy(request: Request) -> Result:
    found = _policies(request)
    number = request.hub.next_id()
    made = {"id": number, "node_id": node_id("GateBranchPolicy", number), "type": "branch", **request.body}
    found.append(made)
    return 200, made


def remove_branch_policy(request: Request) -> Result:
    found, number = _policies(request), request.number("branch_policy_id")
    found[:] = [each for each in found if each["id"] != number]
    return DONE


def _policies(request: Request) -> list[Json]:
    name = request.part("environment_name")
    found = _settings(request, f"environments/{name}", administers=False).environments
    if name not in found:
        raise Refused(404, "Not Found")
    policies: list[Json] = found[name]["policies"]
    return policies


class Part:
    """Reads and changes one part of what Actions may do."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get(self, request: Request) -> Result:
        return 200, dict(_settings(request, self.name).actions[self.name])

    def put(self, request: Request) -> Result:
        _settings(request, self.name).actions[self.name] |= request.body
        return DONE


def immutable_releases(request: Request) -> Result:
    if not _settings(request, "immutable-releases").immutable:
        raise Refused(404, "Not Found")
    return 200, {"enabled": True, "enforced_by_owner": False}


def make_releases_immutable(request: Request) -> Result:
    _settings(request, "immutable-releases").immutable = True
    return DONE


def owners_errors(request: Request) -> Result:
    return 200, {"errors": _settings(request, "codeowners/errors", administers=False).owners_errors}


def secrets(request: Request) -> Result:
    return 200, _names(request, "secrets", {})


def variables(request: Request) -> Result:
    return 200, _names(request, "variables", {"value": "1"})


def _names(request: Request, kind: str, more: Json) -> Json:
    found: dict[str, dict[str, str]] = getattr(_settings(request, kind), kind)
    names = list(found.get(request.parts.get("environment_name", ""), ()))
    size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
    dates: dict[str, Any] = {"created_at": CREATED, "updated_at": CREATED}
    items = [{"name": name, **dates, **more} for name in names[(page - 1) * size : page * size]]
    return {"total_count": len(names), kind: items}


def account(request: Request) -> Result:
    hub: Hub = request.hub
    person = hub.person(request.part("username"))
    if person is None:
        raise Refused(404, "Not Found")
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    absent = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"))
    return 200, {**user(person, request.api), **absent, **counts, "created_at": CREATED, "updated_at": CREATED}
