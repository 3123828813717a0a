"""The cost of decisions, in words: at the declared threshold, and at the one where it would be least."""

from __future__ import annotations

from typing import Protocol


class Cheapest(Protocol):
    """The threshold with the least cost."""

    @property
    def threshold(self) -> float: ...
    @property
    def expected(self) -> float: ...


class Section(Protocol):
    """The section `cost`, as the evaluation's reader has it."""

    @property
    def threshold(self) -> float: ...
    @property
    def expected(self) -> float: ...
    @property
    def cheapest(self) -> Cheapest: ...


def told(section: Section | None) -> str:
    """One sentence; nothing where decisions have no price."""
    if section is None:
        return ""
    best = section.cheapest
    declared = f"By the threshold {section.threshold:g} a decision costs {section.expected:.4g}"
    if best.expected >= section.expected:
        return f"{declared}, and by no other less."
    return f"{declared}; the least is {best.expected:.4g} by {best.threshold:g}, chosen on these very rows."
