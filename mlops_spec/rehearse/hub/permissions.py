"""Permissions of a token: GitHub's scopes and levels, and how one set of them limits another.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# In the order in which GitHub names those that are asked for in vain.
SCOPES = (
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "issues",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "statuses",
    "security-events",
    "id-token",
    "models",
)
_READ_ONLY = "models"  # there is nothing to write
_WRITE_ONLY = "id-token"  # a token is made, never read
Permissions = Mapping[str, str]  # scope → read, write; what is not named is not given


def written(permissions: Any) -> Permissions:
    """What a `permissions:` of a workflow or a job says."""
    if permissions in ("read-all", "write-all"):
        return everything(permissions.removesuffix("-all"))
    given = permissions if isinstance(permissions, dict) else {}
    return {str(scope): str(level) for scope, level in given.items() if level in ("read", "write")}


def everything(level: str) -> Permissions:
    """Every scope at a level, as far as it has it."""
    levels = dict.fromkeys(SCOPES, level) | {_READ_ONLY: "read"}
    return levels if level == "write" else {scope: level for scope in SCOPES if scope != _WRITE_ONLY}


def by_default(policy: str) -> Permissions:
    """What a workflow is given that says nothing, by the repository's setting: read (restricted) or write."""
    return everything("write") if policy == "write" else {"contents": "read", "packages": "read"}


def beyond(asked: Permissions, allowed: Permissions) -> list[tuple[str, str, str]]:
    """Scope, level asked for and level allowed, of each that asks for too much."""
    levels = ((scope, asked.get(scope, "none"), allowed.get(scope, "none")) for scope in SCOPES)
    return [(scope, level, limit) for scope, level, limit in levels if _rank(level) > _rank(limit)]


def reading(permissions: Permissions) -> Permissions:
    """What is left of it where a fork's code runs: no writing, and no identity."""
    return {scope: "read" for scope in permissions if scope != _WRITE_ONLY}


def includes(permissions: Permissions, needed: str) -> bool:
    """Whether it has what a call needs, such as `pull-requests: write`; everybody may read the metadata."""
    scope, _, level = needed.partition(": ")
    return needed == "metadata: read" or _rank(permissions.get(scope, "none")) >= _rank(level)


def _rank(level: str) -> int:
    return ("none", "read", "write").index(level)
