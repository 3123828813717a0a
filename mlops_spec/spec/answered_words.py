"""Words by which a spec tells what its texts are: those of its target, its name or its description."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def says(texts: Iterable[str], words: str) -> str:
    """The first of the words, a pattern, that the texts have, in small letters and whole; empty where there is none."""
    told = re.sub(r"[_-]", " ", " ".join(texts).lower())
    found = re.search(rf"\b(?:{words})\b", told)
    return found[0] if found else ""
