"""Rulesets: which rules bind a reference for an account, and who may bypass them.

https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.platforms.github.doctor.refs import matches

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.people import Person
    from mlops_spec.rehearse.hub.state import Hub

_ROLES = {5: ("admin",), 4: ("admin", "write"), 2: ("admin",)}  # administrators, writers, maintainers
ACTIONS_APP = 15368  # the App GitHub Actions, in the name of which jobs set checks
Json = dict[str, Any]
Method = Literal["MERGE", "SQUASH", "REBASE"]


@dataclass(frozen=True)
class Check:
    """A check that must have succeeded; with an App's number, only that App can say so."""

    context: str
    app: int | None = None


@dataclass(frozen=True)
class Rules:
    """What stands between a pull request and the branch that it goes into."""

    approvals: int = 0
    checks: tuple[Check, ...] = ()
    linear: bool = False  # no merge commits: pull requests are squashed
    code_owners: bool = False  # one of a changed file's owners must approve
    last_push: bool = False  # somebody must approve who did not push last
    up_to_date: bool = False  # checks count on what the branch will be
    queue: Method | None = None  # how the merge queue merges, which alone may


def asked(hub: Hub, ref: str, person: Person, *, merging: bool = False) -> list[Json]:
    """The rules in force for a full reference, of the rulesets that this account does not bypass."""
    return [
        rule
        for ruleset in hub.settings.rulesets.values()
        if ruleset.get("enforcement") == "active" and _covers(ruleset, ref, hub.settings.default_branch)
        if not any(_bypasses(actor, person, merging=merging) for actor in ruleset.get("bypass_actors", []))
        for rule in ruleset.get("rules", [])
    ]


def rules(hub: Hub, branch: str, person: Person) -> Rules:
    """What a merge into the branch must meet when this account presses the button."""
    found = asked(hub, f"refs/heads/{branch}", person, merging=True)
    reviews, checks, queues = (
        _parameters(found, kind) for kind in ("pull_request", "required_status_checks", "merge_queue")
    )
    return Rules(
        approvals=max((each.get("required_approving_review_count", 0) for each in reviews), default=0),
        checks=tuple(required_checks(found)),
        linear=any(rule["type"] == "required_linear_history" for rule in found),
        code_owners=any(each.get("require_code_owner_review") for each in reviews),
        last_push=any(each.get("require_last_push_approval") for each in reviews),
        up_to_date=any(each.get("strict_required_status_checks_policy") for each in checks),
        queue=next((each.get("merge_method", "MERGE") for each in queues), None),
    )


def required_checks(found: list[Json]) -> list[Check]:
    """The checks that rules ask for, each once."""
    listed = [
        each for rule in _parameters(found, "required_status_checks") for each in rule.get("required_status_checks", [])
    ]
    return list(dict.fromkeys(Check(each["context"], each.get("integration_id")) for each in listed))


def passed(hub: Hub, check: Check, sha: str) -> str:
    """The state of a check on a commit: what was said last by whoever may say it; `expected` where nobody did.

    A job and a status of the same name must both have succeeded.
    https://docs.github.com/pull-requests/how-tos/troubleshoot-required-status-checks
    """
    said = {
        status.of_job: status.state
        for status in hub.statuses
        if (status.sha, status.context) == (sha, check.context) and check.app in (None, app_of(status.creator))
    }
    return next((state for state in said.values() if state != "success"), "success" if said else "expected")


def app_of(person: Person) -> int | None:
    """The App behind an account."""
    if person.type != "Bot":
        return None
    return ACTIONS_APP if person.login == "github-actions[bot]" else person.id


def _parameters(found: list[Json], kind: str) -> list[Json]:
    return [rule.get("parameters", {}) for rule in found if rule["type"] == kind]


def _covers(ruleset: Json, ref: str, default_branch: str) -> bool:
    if ruleset.get("target") != {"heads": "branch", "tags": "tag"}.get(ref.split("/")[1]):
        return False
    names = (ruleset.get("conditions") or {}).get("ref_name", {"include": ["~ALL"], "exclude": []})
    default = f"refs/heads/{default_branch}"
    included, excluded = (any(matches(each, ref, default) for each in names[key]) for key in ("include", "exclude"))
    return included and not excluded


def _bypasses(actor: Json, person: Person, *, merging: bool) -> bool:
    if actor.get("bypass_mode", "always") == "pull_request" and not merging:
        return False
    kind, number = actor["actor_type"], actor.get("actor_id")
    if kind == "Integration":
        return number == app_of(person)
    if kind == "OrganizationAdmin":
        return person.role == "admin"
    return kind == "RepositoryRole" and person.type == "User" and person.role in _ROLES.get(number or 0, ())
