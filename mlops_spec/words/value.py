"""A value of the spec as text for a reader."""

from __future__ import annotations

import json
from typing import Any

_LONGEST = 60


def shortened(value: Any) -> str:
    """A value on one line of at most 60 characters; of a list of mappings how many there are.

    >>> shortened(["a", 1]), shortened([{}, {}])
    ('["a", 1]', '2 entries')
    """
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return f"{len(value)} entries"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
