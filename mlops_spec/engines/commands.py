"""Commands of the engine that a person types, for hints and remedies."""

from __future__ import annotations

PACKAGE = "dvc"  # its name in a project's dependencies
BRING = "dvc pull"
PUSH = "dvc push"
KEEP = "dvc add"


def keep(path: str) -> str:
    """Has the engine keep a file."""
    return f"{KEEP} {path}"


def add_remote(name: str, url: str) -> str:
    """Names a remote, and makes it the default."""
    return f"dvc remote add --default {name} {url}"
