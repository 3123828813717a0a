"""What the local forge knows: people, teams, pull requests, issues, comments, reviews and statuses."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.rehearse.hub.configured import Configured
from mlops_spec.rehearse.hub.issuer import Issuer
from mlops_spec.rehearse.hub.tokens import AppToken, Credential, JobToken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.rehearse.hub.deployments import Deployment
    from mlops_spec.rehearse.hub.origin import Origin
    from mlops_spec.rehearse.hub.permissions import Permissions

ACTIONS = "github-actions[bot]"  # the account of jobs
StatusState = Literal["error", "failure", "pending", "success"]
ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]


def now() -> str:
    """The time as GitHub writes it: UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Person:
    """An account, and the token by which it is known."""

    login: str
    id: int
    token: str = field(repr=False)
    type: Literal["User", "Bot"] = "User"
    role: Literal["admin", "write", "read", "none"] = "write"
    permissions: Permissions | None = None  # of an App's installation


@dataclass(frozen=True)
class Rules:
    """What stands between a pull request and `main`, as a ruleset of the repository has it."""

    approvals: int = 0
    checks: tuple[str, ...] = ()  # contexts that must have succeeded on the head
    linear: bool = False  # no merge commits: pull requests are squashed
    code_owners: bool = False  # one of a changed file's owners must approve

    @classmethod
    def of_ruleset(cls, ruleset: dict[str, Any]) -> Rules:
        """What we enforce of a ruleset, in the form that GitHub's API and its import page read."""
        rules = {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]}
        checks = rules.get("required_status_checks", {}).get("required_status_checks", [])
        return cls(
            approvals=rules.get("pull_request", {}).get("required_approving_review_count", 0),
            checks=tuple(check["context"] for check in checks),
            linear="required_linear_history" in rules,
            code_owners=rules.get("pull_request", {}).get("require_code_owner_review", False),
        )


@dataclass
class Issue:
    """An issue, and what a pull request shares with one."""

    number: int
    user: Person
    title: str
    body: str
    labels: list[str] = field(default_factory=list)
    state: Literal["open", "closed"] = "open"
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    closed_at: str | None = None


@dataclass
class Pull(Issue):
    """A pull request of the repository's own branches; `head_sha` and `base_sha` stand still once it is closed."""

    head: str = ""
    base: str = ""
    head_sha: str = ""
    base_sha: str = ""
    merge_sha: str | None = None
    merged_at: str | None = None
    merged_by: Person | None = None


@dataclass
class Comment:
    id: int
    issue: int
    user: Person
    body: str
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)


@dataclass(frozen=True)
class Review:
    id: int
    pull: int
    user: Person
    state: ReviewState
    commit: str
    body: str
    submitted_at: str = field(default_factory=now)


@dataclass(frozen=True)
class Status:
    id: int
    sha: str
    context: str
    state: StatusState
    creator: Person
    description: str | None = None
    target_url: str | None = None
    created_at: str = field(default_factory=now)


@dataclass
class Hub:
    """One repository `owner/name` with its people; `lock` is held while a call reads or changes anything."""

    repository: str
    origin: Origin
    people: tuple[Person, ...]
    server_url: str  # what stands before /owner/name in links
    teams: dict[str, tuple[str, ...]] = field(default_factory=dict)  # "organization/team" → logins
    rules: Rules = Rules()
    settings: Configured = field(default_factory=Configured)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    reviews: list[Review] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    issuer: Issuer = field(default_factory=Issuer)
    tokens: dict[str, JobToken | AppToken] = field(default_factory=dict, repr=False)  # by value, while in force
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _last_id: int = 0

    def next_number(self) -> int:
        return max(self.issues, default=0) + 1

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def person(self, login: str) -> Person | None:
        return next((person for person in self.people if person.login.lower() == login.lower()), None)

    def by_token(self, token: str) -> Credential | None:
        """Who is behind a token that is in force."""
        person = next((person for person in self.people if person.token == token), None)
        if person is not None:
            return Credential(person, person.permissions)
        given = self.tokens.get(token)
        if isinstance(given, JobToken):
            return Credential(self._account(ACTIONS), given.permissions, given)
        return Credential(self._account(given.login), given.permissions) if given else None

    def _account(self, login: str) -> Person:
        found = self.person(login)
        assert found is not None, login
        return found

    @contextmanager
    def known(self, given: Iterable[JobToken]) -> Iterator[None]:
        """While we are within, these tokens are in force."""
        values = {token.value: token for token in given}
        with self.lock:
            self.tokens |= values
        try:
            yield
        finally:
            with self.lock:
                for value in values:
                    del self.tokens[value]

    def pull(self, number: int) -> Pull | None:
        found = self.issues.get(number)
        return found if isinstance(found, Pull) else None

    def pulls(self) -> list[Pull]:
        """Newest first."""
        return [issue for _, issue in sorted(self.issues.items(), reverse=True) if isinstance(issue, Pull)]
