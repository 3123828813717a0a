"""Permissions of a job's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.typed import mapping, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

_READ, _WRITE = {"contents": "read"}, {"contents": "write"}
#: What a token needs for each of our commands; a job's may do this for what it runs, and nothing else.
TABLE: Mapping[str, Mapping[str, str]] = {
    "lint": _READ,
    "render": _READ,
    "plan": _READ,
    "run": _READ,
    "gate": _READ,
    "drill": _READ,
    "report": _READ,
    "bundle": _READ,
    "comment": {"contents": "read", "pull-requests": "write"},
    "trial begin": {"contents": "read", "pull-requests": "read", "statuses": "write"},
    "trial end": {"contents": "read", "statuses": "write"},
    "register": {"contents": "write", "pull-requests": "read", "attestations": "read"},
    "record": _WRITE,
    "promote plan": {"contents": "read", "pull-requests": "read"},
    "promote ask": {"contents": "write", "pull-requests": "read"},
    "promote open": {"contents": "write", "pull-requests": "write"},
    "promote check": {"contents": "read", "statuses": "write"},
    "promote close": _WRITE,
    "rollback": {"contents": "write", "pull-requests": "write"},
    "status": _READ,
    "audit verify": _READ,
    "monitor": {"contents": "write", "issues": "write", "pull-requests": "write"},
}
#: What a command can't do without; the rest of the table depends on what the spec says.
NEEDED: Mapping[str, Mapping[str, str]] = {
    "comment": {"pull-requests": "write"},
    "trial begin": {"pull-requests": "read", "statuses": "write"},
    "trial end": {"statuses": "write"},
    "register": _WRITE,
    "record": _WRITE,
    "promote ask": _WRITE,
    "promote check": {"statuses": "write"},
    "promote close": _WRITE,
    "monitor": _WRITE,
}
ATTEST = {"id-token": "write", "attestations": "write"}
LEVELS = ("none", "read", "write")

_EVERY = ("actions", "attestations", "contents", "id-token", "issues", "packages", "pull-requests", "statuses")


def permissions(workflow: Workflow, job: Job) -> Mapping[str, str] | None:
    """Scopes and levels, the job's own or those of the workflow; None where GitHub's default holds."""
    written = job.data.get("permissions", workflow.data.get("permissions"))
    if written in ("read-all", "write-all"):
        return dict.fromkeys(_EVERY, written.removesuffix("-all"))
    if written is None:
        return None
    return {scope: text(level) for scope, level in mapping(written).items()}


def writable(workflow: Workflow, job: Job) -> list[str]:
    """What of the repository a job says that it may write to; an identity writes nothing by itself."""
    given = permissions(workflow, job) or {}
    return [scope for scope, level in given.items() if level == "write" and scope != "id-token"]
