"""Pull requests: open, find, read, change; their files, reviews and commits."""

from __future__ import annotations

from typing import Literal

from mlops_spec.platforms.github.api.bodies import fitting
from mlops_spec.platforms.github.api.connection import GitHub, repository_path
from mlops_spec.platforms.github.api.shapes import ChangedFile, Commit, PullRequest, Review, read

_READ, _WRITE = "pull-requests: read", "pull-requests: write"


def create(github: GitHub, *, title: str, head: str, base: str, body: str) -> PullRequest:
    """Opens a pull request from the branch `head` into `base`; exit 75 when one is already open."""
    path = repository_path(github, "pulls")
    values = {"title": title, "head": head, "base": base, "body": fitting(body)}
    return read(PullRequest, github.send("POST", path, values, needs=_WRITE), f"POST {path}")


def get(github: GitHub, number: int) -> PullRequest:
    path = repository_path(github, f"pulls/{number}")
    return read(PullRequest, github.get(path, needs=_READ), f"GET {path}")


def update(
    github: GitHub, number: int, *, title: str | None = None, body: str | None = None, state: str | None = None
) -> PullRequest:
    """Changes what is given."""
    path = repository_path(github, f"pulls/{number}")
    given = (("title", title), ("body", body and fitting(body)), ("state", state))
    values = {key: value for key, value in given if value is not None}
    return read(PullRequest, github.send("PATCH", path, values, needs=_WRITE, repeatable=True), f"PATCH {path}")


def of_branch(
    github: GitHub, branch: str, *, base: str = "main", state: Literal["open", "closed", "all"] = "open"
) -> list[PullRequest]:
    """The pull requests from the branch `branch` of this same repository into `base`, newest first."""
    path = repository_path(github, "pulls")
    query = {"head": f"{github.owner}:{branch}", "base": base, "state": state}
    found = [read(PullRequest, item, f"GET {path}") for item in github.pages(path, query, needs=_READ)]
    # An unknown `head` is ignored by the server, which then lists everything.
    return [pull for pull in found if pull.head.ref == branch]


def of_commit(github: GitHub, sha: str) -> list[PullRequest]:
    """The pull requests that brought the commit in."""
    path = repository_path(github, f"commits/{sha}/pulls")
    return [read(PullRequest, item, f"GET {path}") for item in github.pages(path, needs=_READ)]


def reviews(github: GitHub, number: int) -> list[Review]:
    """All reviews in the order they were given."""
    path = repository_path(github, f"pulls/{number}/reviews")
    return [read(Review, item, f"GET {path}") for item in github.pages(path, needs=_READ)]


def files(github: GitHub, number: int) -> list[ChangedFile]:
    """What the pull request changes (GitHub shows at most 3000 files)."""
    path = repository_path(github, f"pulls/{number}/files")
    return [read(ChangedFile, item, f"GET {path}") for item in github.pages(path, needs=_READ)]


def commits(github: GitHub, number: int) -> list[Commit]:
    """The commits of the pull request (GitHub shows at most 250)."""
    path = repository_path(github, f"pulls/{number}/commits")
    return [read(Commit, item, f"GET {path}") for item in github.pages(path, needs=_READ)]
