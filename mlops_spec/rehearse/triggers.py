"""Which workflows an event starts: GitHub's filters by event, action, branch and changed paths.

act starts whatever it is told to, so the rehearsal must decide this as GitHub would.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mlops_spec.rehearse.events import Event

_PULL_REQUEST_TYPES = ["opened", "synchronize", "reopened"]


def started_by(event: Event, folder: Path) -> list[Path]:
    """The workflow files in `folder` (`.github/workflows`) that the event starts, by name."""
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    return [file for file in files if starts(read_workflow(file), event)]


def read_workflow(file: Path) -> dict[str, Any]:
    """A workflow with every scalar as text: `on` is then no boolean."""
    workflow: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - BaseLoader builds only text, lists and mappings
    return workflow


def starts(workflow: dict[str, Any], event: Event) -> bool:
    on = workflow.get("on", {})
    if isinstance(on, str | list):
        on = dict.fromkeys([on] if isinstance(on, str) else on)
    if event.name not in on:
        return False
    if event.name == "schedule":
        return any(entry["cron"] == event.payload["schedule"] for entry in on["schedule"])
    filters = on[event.name] or {}
    return _has_type(filters, event) and _has_branch(filters, event) and _has_path(filters, event)


def _has_type(filters: dict[str, Any], event: Event) -> bool:
    return event.name != "pull_request" or event.action in filters.get("types", _PULL_REQUEST_TYPES)


def _has_branch(filters: dict[str, Any], event: Event) -> bool:
    if "branches" in filters:
        return matches(filters["branches"], event.branch)
    return not matches(filters.get("branches-ignore", []), event.branch)


def _has_path(filters: dict[str, Any], event: Event) -> bool:
    if "paths" in filters:
        return any(matches(filters["paths"], path) for path in event.changed)
    if "paths-ignore" in filters:
        return any(not matches(filters["paths-ignore"], path) for path in event.changed)
    return True


def matches(patterns: Iterable[str], value: str) -> bool:
    """Whether the last pattern that fits takes the value in (`!` in front leaves it out)."""
    taken = False
    for pattern in patterns:
        if _regex(pattern.removeprefix("!")).fullmatch(value):
            taken = not pattern.startswith("!")
    return taken


def _regex(pattern: str) -> re.Pattern[str]:
    """`*` is anything but `/`, `**` anything; `?` and `+` repeat what is before them; `[a-z]` is a class."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\+|\[[^\]]*\])", pattern)
    special = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    return re.compile(
        "".join(special.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts)
    )
