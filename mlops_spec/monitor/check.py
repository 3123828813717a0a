"""The values of a check: what was looked at, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; without findings it is well. `told` says what was seen, `evidence` in numbers."""

    name: str
    findings: tuple[str, ...] = ()
    told: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


Checks = tuple[Check, ...]


def as_json(checks: tuple[Check, ...]) -> dict[str, Any]:
    """For machines."""
    listed = [
        {"name": each.name, "findings": list(each.findings), "told": each.told, "evidence": each.evidence}
        for each in checks
    ]
    return {"ok": not any(each.findings for each in checks), "checks": listed}


def as_text(checks: tuple[Check, ...]) -> str:
    """A line to a check, and one to each finding."""
    lines: list[str] = []
    for each in checks:
        lines.append(f"{'!' if each.findings else 'ok':<3} {each.name:<10} {each.told}".rstrip())
        lines += [f"      {finding}" for finding in each.findings]
    return "\n".join(lines) + "\n"
