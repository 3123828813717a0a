"""From the old version to the new one: load, try in steps, take over; or back to where it was."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlops_spec.deploy.target import Refused
from mlops_spec.deploy.watch import Judged, broken, failed, judge
from mlops_spec.errors import Failure
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.deploy.target import Target
    from mlops_spec.serve.wanted import Served
    from mlops_spec.spec.environments import Rollout

_POLL = 0.25
_ASK = 5.0  # time between two looks whether the version is still wanted, while it is watched
_GRACE = 60.0  # a step's share of the requests ends by itself this long after its watch


@dataclass(frozen=True)
class Rolled:
    """How a rollout ended, and what each step was judged on. `withdrawn`: nobody wants it any more."""

    result: Literal["succeeded", "failed", "rolled-back", "withdrawn"]
    reason: str = ""
    steps: tuple[Judged, ...] = ()


def roll_out(
    target: Target, version: Served, rollout: Rollout, *, wanted: Callable[[], bool], say: Callable[[str], None]
) -> Rolled:
    """Brings a version in; whatever happens, one version answers every request.

    A first version takes over at once: there is nothing to fall back on, and nothing to compare with. `wanted` is
    asked again before the version takes over; where it can't tell, the version goes and the Failure is raised.
    """
    say(f"loading {version.version}")
    try:
        target.stage(version)
    except Refused as refused:
        return Rolled("failed", refused.message)
    steps: list[Judged] = []
    for weight in rollout.canary if target.current().stable is not None else ():
        say(f"{version.version} gets {weight} % for {rollout.watch}")
        judged = _watched(target, rollout, weight, wanted)
        if judged is None:
            break
        steps.append(judged)
        if not judged.healthy:
            target.abort()
            return Rolled("rolled-back", f"at {weight} %: {steps[-1].reason}", tuple(steps))
    try:
        still = wanted()
    except Failure:
        target.abort()
        raise
    if not still:
        target.abort()
        return Rolled("withdrawn", "it is not asked for any more", tuple(steps))
    target.finish()
    return Rolled("succeeded", _summary(steps), tuple(steps))


def _watched(target: Target, rollout: Rollout, weight: int, wanted: Callable[[], bool]) -> Judged | None:
    """Gives the staged version its share and looks on, to the end of the watch or to the first clear failure.

    None: it is not wanted any more. A remote that is away meanwhile is asked again before the version takes over.
    """
    duration = seconds(rollout.watch)
    asked = time.monotonic()
    target.shift(weight, duration + _GRACE)
    deadline = time.monotonic() + duration
    while time.monotonic() < deadline:
        time.sleep(min(_POLL, max(deadline - time.monotonic(), 0)))
        live = target.current()
        problem = broken(live, rollout)
        if problem is not None:
            return failed(live, weight, problem)
        if time.monotonic() - asked >= _ASK:
            with contextlib.suppress(Failure):
                if not wanted():
                    return None
            asked = time.monotonic()
    time.sleep(min(_POLL, duration))  # what the target counts is a moment old
    return judge(target.current(), rollout, weight)


def _summary(steps: list[Judged]) -> str:
    if not steps:
        return ""
    return "canary " + ", ".join(f"{step.weight} %: {step.samples} requests, {step.errors} errors" for step in steps)
