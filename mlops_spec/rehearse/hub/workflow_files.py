"""The workflow files of a repository: where they are, and what they say, each scalar as the text that it is."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = PurePosixPath(".github/workflows")


def read_workflow(file: Path) -> dict[str, Any]:
    """The workflow in a file."""
    return parse(file.read_bytes())


def parse(text: bytes) -> dict[str, Any]:
    """A workflow with every scalar as text: `on` is then no boolean."""
    # BaseLoader builds nothing but text, lists and mappings
    workflow: dict[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    return workflow
