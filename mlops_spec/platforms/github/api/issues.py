"""Issues: above all the one for each label that tracks an alert."""

from __future__ import annotations

from typing import Literal

from mlops_spec.platforms.github.api.bodies import fitting
from mlops_spec.platforms.github.api.connection import GitHub, repository_path
from mlops_spec.platforms.github.api.shapes import Issue, read

_READ, _WRITE = "issues: read", "issues: write"


def labelled(github: GitHub, label: str, *, state: Literal["open", "closed", "all"] = "open") -> list[Issue]:
    """Issues with the label, newest first; pull requests are left out."""
    path = repository_path(github, "issues")
    items = github.pages(path, {"labels": label, "state": state}, needs=_READ)
    return [issue for item in items if (issue := read(Issue, item, f"GET {path}")).pull_request is None]


def create(github: GitHub, *, title: str, body: str, labels: list[str]) -> Issue:
    path = repository_path(github, "issues")
    values = {"title": title, "body": fitting(body), "labels": labels}
    return read(Issue, github.send("POST", path, values, needs=_WRITE), f"POST {path}")


def update(github: GitHub, number: int, **values: str) -> Issue:
    """Changes `title`, `body` or `state`."""
    path = repository_path(github, f"issues/{number}")
    return read(Issue, github.send("PATCH", path, values, needs=_WRITE, repeatable=True), f"PATCH {path}")


def keep_one(github: GitHub, *, label: str, title: str, body: str, also: tuple[str, ...] = ()) -> Issue:
    """Opens the one issue that tracks `label`, or brings the oldest open one up to date; `also` labels a new one."""
    found, body = labelled(github, label), fitting(body)
    if not found:
        return create(github, title=title, body=body, labels=[label, *also])
    oldest = min(found, key=lambda issue: issue.number)
    if (oldest.title, oldest.body) == (title, body):
        return oldest
    return update(github, oldest.number, title=title, body=body)
