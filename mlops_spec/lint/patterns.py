"""The folders that are those of models, as a `pyproject.toml` says by patterns; read without what validates it."""

from __future__ import annotations

import tomllib

from mlops_spec.lint.cache.clean import may_set


def patterns_in(content: bytes) -> list[str]:
    """The patterns; none where the file says none, or something that the linter tells of."""
    if not may_set(content):
        return []
    try:
        said = tomllib.loads(content.decode())["tool"]["mlops-spec"]["models"]
    except (ValueError, KeyError, TypeError):
        return []
    return [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
