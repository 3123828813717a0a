"""The state of the local forge: people, teams, pull requests, issues, reviews, statuses and deployments."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from mlops_spec.rehearse.hub.configured import Configured
from mlops_spec.rehearse.hub.issuer import Issuer
from mlops_spec.rehearse.hub.people import ACTIONS
from mlops_spec.rehearse.hub.tokens import AppToken, Credential, JobToken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.rehearse.hub.origin import Origin
    from mlops_spec.rehearse.hub.people import Person

StatusState = Literal["error", "failure", "pending", "success"]
ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
DeploymentState = Literal["waiting", "approved", "rejected"]


def now() -> str:
    """The time as GitHub writes it: UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
    """A pull request; `head_sha` and `base_sha` stand still once it is closed.

    Its branch `head` lies in the repository `fork`, `owner/name`, or in the base's own where that is empty.
    """

    head: str = ""
    fork: str = ""
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
    """What was said of a commit: by a call, or as the check run of a job."""

    id: int
    sha: str
    context: str
    state: StatusState
    creator: Person
    description: str | None = None
    target_url: str | None = None
    created_at: str = field(default_factory=now)
    of_job: bool = False


@dataclass
class Deployment:
    """What a job of a run does to an environment; without reviewers nobody is waited for."""

    id: int
    job: JobToken
    state: DeploymentState
    reviewer: str = ""
    comment: str = ""
    created_at: str = field(default_factory=now)


@dataclass
class Hub:
    """One repository `owner/name` with its people and forks; `lock` is held while a call reads or changes anything."""

    repository: str
    origin: Origin
    people: tuple[Person, ...]
    server_url: str  # what stands before /owner/name in links
    forks: dict[str, Origin] = field(default_factory=dict)  # "owner/name" → repository
    teams: dict[str, tuple[str, ...]] = field(default_factory=dict)  # "organization/team" → logins
    settings: Configured = field(default_factory=Configured)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    reviews: list[Review] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    issuer: Issuer = field(default_factory=Issuer)
    held: dict[int, str] = field(default_factory=dict)  # runs that wait for a person, and who let them start
    pushers: dict[str, str] = field(default_factory=dict)  # by what they pushed last
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
        app = next((person for person in self.people if person.key and person.key == token), None)
        if app is not None:
            return Credential(app, {}, signed=True)
        given = self.tokens.get(token)
        if isinstance(given, JobToken):
            return Credential(self.account(ACTIONS), given.permissions, given)
        return Credential(self.account(given.login), given.permissions) if given else None

    def account(self, login: str) -> Person:
        """Somebody who must be there."""
        found = self.person(login)
        assert found is not None, login
        return found

    @contextmanager
    def known(self, given: Iterable[JobToken]) -> Iterator[None]:
        """While we are within, these tokens are in force, and after it none that a job asked for in an App's name."""
        values = {token.value: token for token in given}
        with self.lock:
            self.tokens |= values
        try:
            yield
        finally:
            with self.lock:
                self.tokens = {value: each for value, each in self.tokens.items() if value not in values}
                self.tokens = {value: each for value, each in self.tokens.items() if isinstance(each, JobToken)}

    def pull(self, number: int) -> Pull | None:
        found = self.issues.get(number)
        return found if isinstance(found, Pull) else None

    def pulls(self) -> list[Pull]:
        """Newest first."""
        return [issue for _, issue in sorted(self.issues.items(), reverse=True) if isinstance(issue, Pull)]
