"""The environments of a spec that is not validated, which another model of the repository has."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from mlops_spec.document import safe_yaml


def environments(data: Any) -> dict[str, Any]:
    """By name, as they stand there; none where that is no mapping."""
    found = data.get("environments") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=64)
def loaded(text: str) -> Any:
    """What a text of YAML says; None where it is none."""
    try:
        return safe_yaml.load(text)
    except yaml.YAMLError:  # which is told of the other one
        return None
