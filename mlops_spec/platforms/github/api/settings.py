"""The settings of a repository on the forge, which no file in it holds; they are only read."""

from __future__ import annotations

from typing import TypeVar

from mlops_spec.platforms.github.api.connection import GitHub, repository_path
from mlops_spec.platforms.github.api.setting_shapes import (
    ActionsPolicy,
    Environment,
    OwnersError,
    PrivateForks,
    RefPolicy,
    Ruleset,
    SelectedActions,
    Settings,
    SubjectCustomization,
    TokenPolicy,
)
from mlops_spec.platforms.github.api.shapes import Shape, read
from mlops_spec.platforms.github.api.trouble import Refusal, unusable

S = TypeVar("S", bound=Shape)
_ADMINISTRATION = "administration: read"
_PAGE = 30  # the most that GitHub gives of variables


class _Approval(Shape):
    approval_policy: str


class _Immutable(Shape):
    enabled: bool


class _Named(Shape):
    name: str


class _Identified(Shape):
    id: int


def repository(github: GitHub) -> Settings:
    return _read(Settings, github, "", needs="metadata: read")


def rulesets(github: GitHub) -> list[Ruleset]:
    """All that apply, those of the organization among them, each in full."""
    path = repository_path(github, "rulesets")
    listed = [read(Ruleset, item, f"GET {path}") for item in github.pages(path, needs="metadata: read")]
    return [_read(Ruleset, github, f"rulesets/{each.id}", needs="metadata: read") for each in listed]


def environment(github: GitHub, name: str) -> Environment | None:
    try:
        return _read(Environment, github, f"environments/{name}", needs="actions: read")
    except Refusal as refusal:
        if refusal.status == 404:
            return None
        raise


def branch_policies(github: GitHub, name: str) -> list[RefPolicy]:
    """The branches and tags that may deploy to an environment with patterns of its own."""
    path = f"environments/{name}/deployment-branch-policies"
    return _all_items(RefPolicy, github, path, "branch_policies", needs="actions: read")


def actions(github: GitHub) -> ActionsPolicy:
    return _read(ActionsPolicy, github, "actions/permissions", needs=_ADMINISTRATION)


def selected_actions(github: GitHub) -> SelectedActions:
    return _read(SelectedActions, github, "actions/permissions/selected-actions", needs=_ADMINISTRATION)


def token(github: GitHub) -> TokenPolicy:
    return _read(TokenPolicy, github, "actions/permissions/workflow", needs=_ADMINISTRATION)


def outside_contributors(github: GitHub) -> str:
    """Whose pull requests from forks need approval before workflows run."""
    path = "actions/permissions/fork-pr-contributor-approval"
    return _read(_Approval, github, path, needs=_ADMINISTRATION).approval_policy


def private_forks(github: GitHub) -> PrivateForks:
    return _read(PrivateForks, github, "actions/permissions/fork-pr-workflows-private-repos", needs=_ADMINISTRATION)


def subject_customization(github: GitHub) -> SubjectCustomization:
    """How the subject of this repository's identity tokens is made."""
    return _read(SubjectCustomization, github, "actions/oidc/customization/sub", needs="actions: read")


def immutable_releases(github: GitHub) -> bool:
    """GitHub says 404 where they are off."""
    try:
        return _read(_Immutable, github, "immutable-releases", needs=_ADMINISTRATION).enabled
    except Refusal as refusal:
        if refusal.status == 404:
            return False
        raise


def owners_errors(github: GitHub) -> list[OwnersError]:
    """What GitHub can't make sense of in CODEOWNERS, such as owners without write access."""
    path = repository_path(github, "codeowners/errors")
    found = github.get(path, needs="contents: read")
    items = found.get("errors") if isinstance(found, dict) else None
    if not isinstance(items, list):
        raise unusable(f"GET {path}", "unexpected answer: no list `errors`")
    return [read(OwnersError, item, f"GET {path}") for item in items]


def secrets(github: GitHub, environment: str | None = None) -> list[str]:
    """Names of the secrets of an environment, else of the repository."""
    path = f"environments/{environment}/secrets" if environment else "actions/secrets"
    needs = "environments: read" if environment else "secrets: read"
    return [each.name for each in _all_items(_Named, github, path, "secrets", needs=needs)]


def variables(github: GitHub, environment: str | None = None) -> list[str]:
    """Names of the variables of an environment, else of the repository."""
    path = f"environments/{environment}/variables" if environment else "actions/variables"
    needs = "environments: read" if environment else "variables: read"
    return [each.name for each in _all_items(_Named, github, path, "variables", needs=needs)]


def account_id(github: GitHub, name: str) -> int:
    """The number of a user (`login`) or team (`organization/team`)."""
    organization, _, team = name.rpartition("/")
    path = f"/orgs/{organization}/teams/{team}" if organization else f"/users/{team}"
    return read(_Identified, github.get(path, needs="members: read"), f"GET {path}").id


def _read(shape: type[S], github: GitHub, rest: str, *, needs: str) -> S:
    path = repository_path(github, rest).rstrip("/")
    return read(shape, github.get(path, needs=needs), f"GET {path}")


def _all_items(shape: type[S], github: GitHub, rest: str, key: str, *, needs: str) -> list[S]:
    path = repository_path(github, rest)
    found: list[S] = []
    for page in range(1, 100):
        answer = github.get(path, {"per_page": _PAGE, "page": page}, needs=needs)
        items = answer.get(key) if isinstance(answer, dict) else None
        if not isinstance(items, list):
            raise unusable(f"GET {path}", f"unexpected answer: no list `{key}`")
        found += [read(shape, item, f"GET {path}") for item in items]
        if len(items) < _PAGE:
            return found
    raise unusable(f"GET {path}", "more than 100 pages")
