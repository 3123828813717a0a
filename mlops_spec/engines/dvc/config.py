"""`.dvc/config`: which remotes there are, and which of them is the default."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.repository.ini import sections

if TYPE_CHECKING:
    from mlops_spec.repository.ini import Section

PATH = ".dvc/config"
_REMOTE = re.compile(r"['\"]?remote\s+['\"]?([^'\"]+?)['\"]*$")


def remote_of(section: Section) -> str:
    """The name of the remote that a section is about; empty when it is about none."""
    found = _REMOTE.match(section.name.strip())
    return found[1] if found else ""


def default_url(lines: list[str]) -> str:
    """The address of the default remote; empty where there is none."""
    found = list(sections(lines))
    name = next((each.values.get("remote", "") for each in found if each.name.strip() == "core"), "")
    return next((each.values.get("url", "") for each in found if name and remote_of(each) == name), "")
