"""Triggers: which workflows an event starts, by GitHub's filters of event, action, branch and changed paths.

act starts whatever it is told to, so the rehearsal must decide this as GitHub would.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.platforms.github.workflow.filters import matches, reaches
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS, parse

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.rehearse.events import Event

_PULL_REQUEST_TYPES = ["opened", "synchronize", "reopened"]


def started_by(event: Event, git: Git) -> list[str]:
    """The names of the workflow files, as they are at the event's commit, that it starts."""
    files = {entry.path: entry for entry in git.tree(event.commit).entries(WORKFLOWS)}
    texts = git.read_objects(entry.object for entry in files.values())
    parsed = zip(files, (parse(text or b"") for text in texts), strict=True)
    named = [str(event.payload["workflow"])] if event.name == "workflow_dispatch" else files
    return sorted(PurePosixPath(path).name for path, workflow in parsed if path in named and starts(workflow, event))


def starts(workflow: dict[str, Any], event: Event) -> bool:
    on = workflow.get("on", {})
    if isinstance(on, str | list):
        on = dict.fromkeys([on] if isinstance(on, str) else on)
    if event.name not in on:
        return False
    if event.name == "schedule":
        return any(entry["cron"] == event.payload["schedule"] for entry in on["schedule"])
    filters = on[event.name] or {}
    return _has_type(filters, event) and reaches(filters, event.branch) and _has_path(filters, event)


def _has_type(filters: dict[str, Any], event: Event) -> bool:
    usual = {"pull_request": _PULL_REQUEST_TYPES, "merge_group": ["checks_requested"]}
    return event.name not in usual or event.action in filters.get("types", usual[event.name])


def _has_path(filters: dict[str, Any], event: Event) -> bool:
    if "paths" in filters:
        return any(matches(filters["paths"], path) for path in event.changed)
    if "paths-ignore" in filters:
        return any(not matches(filters["paths-ignore"], path) for path in event.changed)
    return True
