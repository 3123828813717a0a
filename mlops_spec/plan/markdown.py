"""A plan for a job's summary and a pull request, in plain Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.plan.text import as_text
from mlops_spec.words.markdown import block

if TYPE_CHECKING:
    from mlops_spec.plan import Plan


def as_markdown(plan: Plan) -> str:
    """A heading that says how much is at stake, and the plan's lines in a block of code."""
    return f"### Plan{_stake(plan)}\n\n{block(as_text(plan))}\n"


def _stake(plan: Plan) -> str:
    number = len(plan.weakened)
    return f": {number} guard{'' if number == 1 else 's'} weakened" if number else ""
