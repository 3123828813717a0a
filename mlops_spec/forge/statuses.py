"""Commit statuses: one line per context beside a commit."""

from __future__ import annotations

from typing import Literal

from mlops_spec.forge.connection import GitHub, repository_path
from mlops_spec.forge.shapes import Status, read

State = Literal["error", "failure", "pending", "success"]
_LONGEST = 140  # characters of a description, GitHub's limit


def create(github: GitHub, sha: str, *, context: str, state: State, description: str = "") -> Status:
    path = repository_path(github, f"statuses/{sha}")
    values = {"context": context, "state": state, "description": description[:_LONGEST]}
    return read(Status, github.send("POST", path, values, needs="statuses: write"), f"POST {path}")


def of_commit(github: GitHub, sha: str) -> list[Status]:
    """All statuses, newest first; the first of a context is the one that counts."""
    path = repository_path(github, f"commits/{sha}/statuses")
    return [read(Status, item, f"GET {path}") for item in github.pages(path, needs="statuses: read")]
