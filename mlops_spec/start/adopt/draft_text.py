"""The draft of a spec as text: a name that a model may have, the sections in order, and the lines that ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPEN = regex(r"\b(TODO|todo)\b")


def text(draft: Mapping[str, Any], source: str) -> str:
    """The draft as YAML, a section at a time."""
    head = f"# Drawn from {source} by `mlops-spec adopt`: answer each TODO, `mlops-spec lint` points at them.\n"
    parts = [(isinstance(value, dict) or key == "gates", {key: value}) for key, value in draft.items()]
    return head + "".join("\n" * apart + _dumped_flow(part) for apart, part in parts)


def questions(written: str) -> dict[int, str]:
    """The lines that are still to be answered, by their numbers."""
    lines = enumerate(written.splitlines(), start=1)
    return {number: line.strip() for number, line in lines if number > 1 and _OPEN.search(line)}


def slug(name: str) -> str:
    """A name as the spec has models' names.

    >>> slug("Taxi_Fare Regressor 2")
    'taxi-fare-regressor-2'
    """
    words = re.findall(r"[a-z0-9]+", name.lower())
    while words and not words[0][0].isalpha():
        words = words[1:]
    return "-".join(words)[:63].strip("-") or "my-model"


def _dumped_flow(part: Mapping[str, Any]) -> str:
    (value,) = part.values()
    flow = None if isinstance(value, (dict, list)) else False
    return yaml.safe_dump(part, sort_keys=False, default_flow_style=flow, allow_unicode=True, width=110)
