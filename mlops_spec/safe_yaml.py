"""Plain values out of YAML, where no place in the text is asked for.

PyYAML's wheels carry libyaml, which is ten times as fast; where it was built without, its own parser gives the same.
"""

from __future__ import annotations

from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(content: str | bytes) -> Any:
    """The one document of a text; raises `yaml.YAMLError` for what is none."""
    return yaml.load(content, LOADER)  # noqa: S506 - it is one of the safe loaders
