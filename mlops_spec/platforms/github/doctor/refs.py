"""The rulesets in force for a branch or tag, and their rules combined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.platforms.github.api.trouble import Refusal
from mlops_spec.platforms.github.doctor.control import known

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api.setting_shapes import Ruleset
    from mlops_spec.platforms.github.doctor.snapshot import Snapshot


@dataclass(frozen=True)
class Refs:
    """References that are to be guarded alike; several stand for a pattern that is meant."""

    target: str  # branch, tag
    names: tuple[str, ...]


def in_force(snapshot: Snapshot, refs: Refs) -> list[Ruleset]:
    """The active rulesets that cover all of these references."""
    default = f"refs/heads/{snapshot.repository.default_branch}"
    return [
        ruleset
        for ruleset in known(snapshot.rulesets)
        if ruleset.enforcement == "active"
        and ruleset.target == refs.target
        and all(_covers(ruleset, name, default) for name in refs.names)
    ]


def parameters(snapshot: Snapshot, refs: Refs, kind: str) -> list[dict[str, Any]]:
    """What each rule of a kind that is in force asks for."""
    return [rule.parameters for ruleset in in_force(snapshot, refs) for rule in ruleset.rules if rule.type == kind]


def bypassed(snapshot: Snapshot, refs: Refs) -> list[str]:
    """The rules that somebody may bypass: no ruleset asks for them without exceptions."""
    found = in_force(snapshot, refs)
    if any(ruleset.bypass_actors is None for ruleset in found):
        message = "the token may not see who bypasses rulesets"
        raise Refusal(message, status=403, said=message, remedy="it needs `administration: write`")
    strict = {rule.type for ruleset in found if not ruleset.bypass_actors for rule in ruleset.rules}
    return sorted({rule.type for ruleset in found for rule in ruleset.rules} - strict)


def _covers(ruleset: Ruleset, name: str, default: str) -> bool:
    names = ruleset.conditions.ref_name if ruleset.conditions else None
    if names is None:
        return True
    return _any(names.include, name, default) and not _any(names.exclude, name, default)


def _any(patterns: list[str], name: str, default: str) -> bool:
    return any(matches(pattern, name, default) for pattern in patterns)


def matches(pattern: str, name: str, default: str) -> bool:
    """As GitHub matches: `*` and `?` stop at a slash, `**` does not."""
    if pattern in ("~ALL", "~DEFAULT_BRANCH"):
        return pattern == "~ALL" or name == default
    parts = re.split(r"(\*\*/?|\*|\?)", pattern)
    wild = {"*": "[^/]*", "?": "[^/]", "**": ".*", "**/": "(.*/)?"}
    return re.fullmatch("".join(wild.get(part, re.escape(part)) for part in parts), name) is not None
