"""A plan for a job's summary and a pull request, in plain Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.plan.text import as_text

if TYPE_CHECKING:
    from mlops_spec.plan import Plan


def as_markdown(plan: Plan) -> str:
    """A heading that says how much is at stake, and the plan's lines in a fence that nothing in them can close."""
    text = as_text(plan)
    fence = "`" * (max([2, *map(len, re.findall("`+", text))]) + 1)
    return f"### Plan{_stake(plan)}\n\n{fence}\n{text}{fence}\n"


def _stake(plan: Plan) -> str:
    number = len(plan.weakened)
    return f": {number} guard{'' if number == 1 else 's'} weakened" if number else ""
