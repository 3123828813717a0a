"""The parts of GitHub's answers that we read; whatever else comes is ignored, what is missing is a `Failure`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mlops_spec.platforms.github.api.trouble import unusable
from mlops_spec.words.invalid import first_error

Sha = Annotated[str, StringConstraints(pattern="^[0-9a-f]{40}$")]  # it becomes a part of addresses, and of outputs


class Shape(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Account(Shape):
    """A user, organization or bot."""

    login: str
    id: int
    type: str = "User"


class Repository(Shape):
    full_name: str


class Branch(Shape):
    """One end of a pull request; `repo` is gone when a fork was deleted."""

    ref: str
    sha: Sha
    repo: Repository | None = None


class PullRequest(Shape):
    number: int
    title: str
    body: str | None = None
    state: Literal["open", "closed"]
    user: Account | None
    head: Branch
    base: Branch
    merged_at: str | None = None
    merge_commit_sha: str | None = None
    merged_by: Account | None = None
    html_url: str
    changed_files: int | None = None  # lists don't say it

    @property
    def merged(self) -> bool:
        return self.merged_at is not None


class ChangedFile(Shape):
    """A file of a pull request; one that moved had another name before."""

    filename: str
    previous_filename: str | None = None


class Review(Shape):
    """`commit_id` is the head that the reviewer saw; a pending review has no time."""

    id: int
    user: Account | None
    state: str
    commit_id: str | None = None
    submitted_at: str | None = None
    body: str | None = None


class Commit(Shape):
    """One commit of a pull request; `author` and `committer` are accounts when their addresses are known ones."""

    sha: Sha
    author: Account | None = None
    committer: Account | None = None


class Comment(Shape):
    id: int
    user: Account | None
    body: str | None = None
    html_url: str


class Label(Shape):
    name: str


class Issue(Shape):
    """An issue; GitHub lists pull requests among them, with `pull_request` set."""

    number: int
    title: str
    body: str | None = None
    state: str
    user: Account | None
    html_url: str
    labels: tuple[Label, ...] = ()
    pull_request: dict[str, Any] | None = None


class Status(Shape):
    context: str
    state: Literal["error", "failure", "pending", "success"]
    description: str | None = None
    target_url: str | None = None


class Membership(Shape):
    state: str
    role: str


class Permission(Shape):
    permission: str
    role_name: str = Field("")


S = TypeVar("S", bound=Shape)


def read(shape: type[S], data: Any, call: str) -> S:
    """`data` as a `shape`; a `Failure` names the call and the field that is not as GitHub documents it."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        place, message = first_error(error)
        raise unusable(call, f"unexpected answer: `{place or 'the answer'}`: {message}") from None
