"""PyYAML's safe loader, by libyaml: its wheels carry that, and it takes an eighth of the time.

Where PyYAML was built without, its own parser gives the same values and places.
"""

from __future__ import annotations

from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(content: str | bytes) -> Any:
    """The one document of a text; raises `yaml.YAMLError` for what is none."""
    return yaml.load(content, LOADER)  # noqa: S506 - it is one of the safe loaders
