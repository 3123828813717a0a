"""The accounts of the local forge: people, Apps, and one that all jobs share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.permissions import Permissions

ACTIONS = "github-actions[bot]"  # the account of jobs


@dataclass(frozen=True)
class Person:
    """An account, and the token by which it is known."""

    login: str
    id: int
    token: str = field(repr=False)
    type: Literal["User", "Bot"] = "User"
    role: Literal["admin", "write", "read", "none"] = "write"
    permissions: Permissions | None = None  # of an App's installation
    key: str = field(default="", repr=False)  # an App's: what a workflow needs to ask for its token
