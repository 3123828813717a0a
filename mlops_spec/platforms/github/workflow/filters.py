"""Filters of triggers: the branches and paths that they include, as GitHub reads their patterns.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlops_spec.platforms.github.workflow.typed import mapping, names

if TYPE_CHECKING:
    from collections.abc import Iterable


def reaches(settings: Any, branch: str) -> bool:
    """Whether a trigger with these settings, of any shape, starts for a branch; without a filter it does for all.

    >>> [reaches(each, "main") for each in (None, {"branches": ["ma*"]}, {"branches-ignore": "main"})]
    [True, True, False]
    """
    given = mapping(settings)
    if "branches" in given:
        return matches(names(given["branches"]), branch)
    return not matches(names(given.get("branches-ignore")), branch)


def matches(patterns: Iterable[str], value: str) -> bool:
    """Whether the last pattern that fits takes the value in (`!` in front leaves it out)."""
    taken = False
    for pattern in patterns:
        regex = _regex(pattern.removeprefix("!"))
        if regex and regex.fullmatch(value):
            taken = not pattern.startswith("!")
    return taken


def _regex(pattern: str) -> re.Pattern[str] | None:
    """`*` is anything but `/`, `**` anything; `?` and `+` repeat what is before them; `[a-z]` is a class.

    None where it is no pattern.
    """
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\+|\[[^\]]*\])", pattern)
    special = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    written = (special.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts)
    try:
        return re.compile("".join(written))
    except re.error:
        return None
