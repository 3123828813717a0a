"""Commit statuses: one line per context beside a commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlops_spec.platforms.github.api.connection import GitHub, repository_path
from mlops_spec.platforms.github.api.shapes import Status, read
from mlops_spec.words.visible import visible

State = Literal["error", "failure", "pending", "success"]
_LONGEST = 140  # characters of a description, GitHub's limit


@dataclass(frozen=True)
class Given:
    """What to say of a commit, and where to learn more."""

    context: str
    state: State
    description: str = ""
    link: str = ""


def create(github: GitHub, sha: str, given: Given) -> Status:
    path = repository_path(github, f"statuses/{sha}")
    values = {"context": given.context, "state": given.state, "description": visible(given.description)[:_LONGEST]}
    values |= {"target_url": given.link} if given.link else {}
    return read(Status, github.send("POST", path, values, needs="statuses: write"), f"POST {path}")


def of_commit(github: GitHub, sha: str) -> list[Status]:
    """All statuses, newest first; the first of a context is the one that counts."""
    path = repository_path(github, f"commits/{sha}/statuses")
    return [read(Status, item, f"GET {path}") for item in github.pages(path, needs="statuses: read")]
