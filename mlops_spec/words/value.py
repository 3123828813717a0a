"""Values of a spec as text for a reader: shortened, and numbers with the decimals that matter."""

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


def plain(amount: float) -> str:
    """Three decimals, and fewer of them before which there are more digits.

    >>> plain(0.7771), plain(57.0004), plain(12345.6)
    ('0.777', '57.0', '12,346')
    """
    size = abs(amount)
    return f"{amount:.3f}" if size < 10 else f"{amount:.1f}" if size < 1000 else f"{amount:,.0f}"
