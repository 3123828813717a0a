"""The share of the positive class, as far as the spec's description tells it: "about 2 of 1,000 payments are"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.regex import regex
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

_SHARE = regex(r"([0-9][0-9,.]*) (?:of|in|out of) (?:every )?([0-9][0-9,]*)\b|([0-9]+(?:\.[0-9]+)?) ?(?:%|percent)")


def common_share(spec: Spec) -> float | None:
    """The share of the larger of two classes, 0.5 to 1; None where the description names no number."""
    found = _SHARE.search(spec.description or "") if TASKS[spec.task].has("positive") else None
    if found is None:
        return None
    part, whole, percent = found.groups()
    rare = _number(percent) / 100 if percent else _number(part) / max(_number(whole), 1.0)
    return max(rare, 1 - rare) if 0 < rare < 1 else None


def _number(text: str) -> float:
    return float(text.replace(",", "").rstrip(".") or 0)
