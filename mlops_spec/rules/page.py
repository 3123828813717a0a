"""A rule's docstring taken apart: claim, why, *Bad*, *Good*, fix."""

from __future__ import annotations

import inspect
import re
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.rules.rule import Page

_SECTIONS = regex(
    r"(?P<claim>.+?)\n\n(?P<why>.+?)(\n\nBad:\n\n(?P<bad>.+?)\n\nGood:\n\n(?P<good>.+?))?\n\nFix: (?P<fix>.+)",
    re.DOTALL,
)


class Parts(NamedTuple):
    """A page taken apart; `bad` and `good` are YAML, empty where no text can show the thing."""

    claim: str
    why: str
    bad: str
    good: str
    fix: str


def parts(page: Page) -> Parts:
    """Raises ValueError when a docstring lacks one of the five parts."""
    match = _SECTIONS.fullmatch(inspect.cleandoc(page.__doc__ or ""))
    if not match:
        raise ValueError(f"{page.NAME}: the docstring has not the parts claim, why, Bad, Good, Fix")
    bad, good = (dedent(match[name] or "") for name in ("bad", "good"))
    return Parts(match["claim"], match["why"], bad, good, match["fix"])
