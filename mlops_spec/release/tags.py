"""The versions' tags in this clone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.ledger.state import version_key

if TYPE_CHECKING:
    from mlops_spec.git import Git, Tag


def releases(git: Git, model: str) -> tuple[Tag, ...]:
    """The versions' tags from old to new: numbers only rise from one registration to the next."""
    pattern = re.compile(rf"{re.escape(model)}@(v\d{{1,6}}\.\d{{1,6}}\.\d{{1,6}})")
    found = {version_key(match[1]): tag for tag in git.tags(f"{model}@v*") if (match := pattern.fullmatch(tag.name))}
    return tuple(found[key] for key in sorted(found))


def newest(known: tuple[Tag, ...]) -> Tag | None:
    """The newest of these releases, where there is one: what a run starts from, and what a plan compares with."""
    return known[-1] if known else None
