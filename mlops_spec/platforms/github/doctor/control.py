"""One setting that must hold: how it is checked, where it is set, and the call that sets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from mlops_spec.platforms.github.api.trouble import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlops_spec.platforms.github.doctor.snapshot import Snapshot

T = TypeVar("T")
Verdict = Literal["met", "missing", "unenforceable", "unknown"]


@dataclass(frozen=True)
class Call:
    """A call of the forge's API that changes a setting; a path without a slash in front is the repository's."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: str
    body: dict[str, Any] = field(default_factory=dict)


class Unenforceable(Exception):
    """The forge's plan does not offer it; the message says what holds instead."""


@dataclass(frozen=True)
class Control:
    """`check` says what is wrong, or None; `fix` gives the calls that put it right, none where only a person can."""

    id: str
    must: str
    where: str
    check: Callable[[Snapshot], str | None]
    fix: Callable[[Snapshot], Sequence[Call]] = lambda _: ()


@dataclass(frozen=True)
class Result:
    """What a check came to, and why."""

    control: Control
    verdict: Verdict
    why: str = ""
    remedy: str = ""


def known(value: T | Refusal) -> T:
    """What the forge told; raises its refusal where it told nothing."""
    if isinstance(value, Refusal):
        raise value
    return value


def judge(control: Control, snapshot: Snapshot) -> Result:
    """Checks one setting; what the token may not see is unknown, never met."""
    try:
        wrong = control.check(snapshot)
    except Unenforceable as limit:
        return Result(control, "unenforceable", str(limit))
    except Refusal as refusal:
        if "upgrade" in refusal.said.lower():
            return Result(control, "unenforceable", f"the forge's plan does not offer it: {refusal.said}")
        return Result(control, "unknown", refusal.message, refusal.remedy)
    return Result(control, "missing", wrong, control.where) if wrong else Result(control, "met")
