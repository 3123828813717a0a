"""The desired state of an environment: rendered once, then changed by promotions, always in the same shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from mlops_spec.document import safe_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

# What names the environment; all else changes with each promotion.
_FIXED = ("environment", "model", "follow")


def problems(skeleton: str, present: str) -> Iterator[str]:
    """What is wrong with the file that is there, beside a fresh one."""
    wanted = safe_yaml.load(skeleton)
    try:
        found = safe_yaml.load(present)
    except (yaml.YAMLError, ValueError) as error:
        yield f"is not YAML: {' '.join(str(error).split())}"
        return
    if not isinstance(found, dict):
        yield "is not a mapping"
        return
    for key in [*wanted, *found]:
        if key not in found:
            yield f"lacks the key `{key}`"
        elif key not in wanted:
            yield f"has the key `{key}`, which does not belong there"
        elif key in _FIXED and found[key] != wanted[key]:
            yield f"says `{key}: {found[key]}` instead of `{wanted[key]}`"
