"""Fixes: only the wrong characters change, so that comments, order, quoting and line ends stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.edit import splice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlops_spec.document.diagnostic import Diagnostic

ROUNDS = 10  # a fix may uncover another; none undoes one (a property of the tests)


def fixed(text: str, lint: Callable[[str], Sequence[Diagnostic]]) -> tuple[str, int]:
    """The text with everything fixed that has one right answer, and how many findings that took."""
    count = 0
    for _ in range(ROUNDS):
        fixes = [found.edits for found in lint(text) if found.edits]
        if not fixes:
            break
        text, applied = splice(text, fixes)
        count += applied
    return text, count
