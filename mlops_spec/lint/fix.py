"""Fixes: only the wrong characters change, so that comments, order, quoting and line ends stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlops_spec.document.diagnostic import Diagnostic, Edit

ROUNDS = 10  # a fix may uncover another; none undoes one (a property of the tests)


def splice(text: str, fixes: Iterable[tuple[Edit, ...]]) -> tuple[str, int]:
    """Applies each fix whole, and how many; one that touches what an earlier one changes waits for the next round."""
    taken: list[Edit] = []
    count = 0
    for fix in fixes:
        if not any(_overlap(edit, other) for edit in fix for other in taken):
            taken += fix
            count += 1
    pieces, behind = [], 0
    for edit in sorted(taken):
        pieces += [text[behind : edit.start], edit.text]
        behind = edit.end
    return "".join([*pieces, text[behind:]]), count


def _overlap(edit: Edit, other: Edit) -> bool:
    return edit.start == other.start or (edit.start < other.end and other.start < edit.end)


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
