"""A snapshot of a repository's settings on the forge, each read once; what can't be read is kept as a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from mlops_spec.platforms.github.api import settings
from mlops_spec.platforms.github.api.setting_shapes import ActionsPolicy, Environment
from mlops_spec.platforms.github.api.trouble import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.setting_shapes import (
        OwnersError,
        PrivateForks,
        RefPolicy,
        Ruleset,
        SelectedActions,
        Settings,
        TokenPolicy,
    )
    from mlops_spec.platforms.github.api.shapes import Account

T = TypeVar("T")


@dataclass(frozen=True)
class PlaceSettings:
    """An environment (None: there is none), the patterns that may deploy to it, and the names that it holds."""

    environment: Environment | Refusal | None
    policies: list[RefPolicy] | Refusal
    secrets: list[str] | Refusal
    variables: list[str] | Refusal


@dataclass(frozen=True)
class Snapshot:
    """Each part as the forge told it, or its refusal."""

    github: GitHub
    repository: Settings
    rulesets: list[Ruleset] | Refusal
    actions: ActionsPolicy | Refusal
    selected_actions: SelectedActions | Refusal | None  # None: all actions are allowed, or only local ones
    token: TokenPolicy | Refusal
    outside_contributors: str | Refusal | None  # None: the repository is private
    private_forks: PrivateForks | Refusal | None  # None: it is public
    immutable_releases: bool | Refusal
    owners_errors: list[OwnersError] | Refusal
    secrets: list[str] | Refusal
    variables: list[str] | Refusal
    places: Mapping[str, PlaceSettings]

    @property
    def owner(self) -> Account:
        return self.repository.owner


def take(github: GitHub, places: Iterable[str]) -> Snapshot:
    """Reads everything.

    Raises:
        Failure: the forge does not answer (69), the token is none (78), or the repository is not to be seen (78).
    """
    repository = settings.repository(github)
    private = repository.private
    actions = _attempt(lambda: settings.actions(github))
    selected = isinstance(actions, ActionsPolicy) and actions.allowed_actions == "selected"
    return Snapshot(
        github=github,
        repository=repository,
        rulesets=_attempt(lambda: settings.rulesets(github)),
        actions=actions,
        selected_actions=_attempt(lambda: settings.selected_actions(github)) if selected else None,
        token=_attempt(lambda: settings.token(github)),
        outside_contributors=None if private else _attempt(lambda: settings.outside_contributors(github)),
        private_forks=_attempt(lambda: settings.private_forks(github)) if private else None,
        immutable_releases=_attempt(lambda: settings.immutable_releases(github)),
        owners_errors=_attempt(lambda: settings.owners_errors(github)),
        secrets=_attempt(lambda: settings.secrets(github)),
        variables=_attempt(lambda: settings.variables(github)),
        places={name: _place(github, name) for name in places},
    )


def _place(github: GitHub, name: str) -> PlaceSettings:
    environment = _attempt(lambda: settings.environment(github, name))
    if not isinstance(environment, Environment):
        return PlaceSettings(environment, [], [], [])
    policy = environment.deployment_branch_policy
    patterns = policy is not None and policy.custom_branch_policies
    return PlaceSettings(
        environment,
        _attempt(lambda: settings.branch_policies(github, name)) if patterns else [],
        _attempt(lambda: settings.secrets(github, name)),
        _attempt(lambda: settings.variables(github, name)),
    )


def _attempt(call: Callable[[], T]) -> T | Refusal:
    try:
        return call()
    except Refusal as refusal:
        return refusal
