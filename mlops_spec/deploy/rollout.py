"""The rollout of a new version: load, try in steps, take over; or back to where it was."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlops_spec.deploy.watch import Judged, Step, broken, judge, judged, steps
from mlops_spec.errors import Failure
from mlops_spec.spec.base import seconds
from mlops_spec.targets.target import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.spec.environments import Comparison, Rollout
    from mlops_spec.targets.live import Served
    from mlops_spec.targets.target import Target

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
    target: Target,
    version: Served,
    rollout: Rollout | Comparison,
    *,
    wanted: Callable[[], bool],
    say: Callable[[str], None],
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
    done: list[Judged] = []
    for step in steps(rollout) if target.current().stable is not None else ():
        say(f"{version.version} {_share(step)}")
        seen = _watched(target, rollout, step, wanted)
        if seen is None:
            break
        done.append(seen)
        if not seen.healthy:
            target.abort()
            return Rolled("rolled-back", f"{step.name}: {seen.reason}", tuple(done))
    try:
        still = wanted()
    except Failure:
        target.abort()
        raise
    if not still:
        target.abort()
        return Rolled("withdrawn", "it is not asked for any more", tuple(done))
    target.finish()
    return Rolled("succeeded", _summary(done), tuple(done))


def _watched(target: Target, rollout: Rollout | Comparison, step: Step, wanted: Callable[[], bool]) -> Judged | None:
    """Gives the staged version its share and looks on, to the end of the watch or to the first clear failure.

    None: it is not wanted any more. A remote that is away meanwhile is asked again before the version takes over.
    """
    duration = seconds(step.watch)
    asked = time.monotonic()
    if step.mode != "canary":
        target.mirror(duration + _GRACE)
    else:
        target.shift(step.weight, duration + _GRACE)
    deadline = time.monotonic() + duration
    while time.monotonic() < deadline:
        time.sleep(min(_POLL, max(deadline - time.monotonic(), 0)))
        live = target.current()
        problem = broken(live, rollout)
        if problem is not None:
            return judged(live, step, problem)
        if time.monotonic() - asked >= _ASK:
            with contextlib.suppress(Failure):
                if not wanted():
                    return None
            asked = time.monotonic()
    time.sleep(min(_POLL, duration))  # what the target counts is a moment old
    return judge(target.current(), rollout, step)


def _share(step: Step) -> str:
    if step.mode == "replay":
        return "gets the rows that the live version had last"
    return f"gets {'a copy of each request' if step.mode == 'shadow' else f'{step.weight} %'} for {step.watch}"


def _summary(done: list[Judged]) -> str:
    parts = [_as_shadow(seen) for seen in done if seen.step.mode != "canary"]
    canary = [f"{s.step.weight} %: {s.samples} requests, {s.errors} errors" for s in done if s.step.mode == "canary"]
    return "; ".join([*parts, *(["canary " + ", ".join(canary)] if canary else [])])


def _as_shadow(seen: Judged) -> str:
    what = "rows" if seen.step.mode == "replay" else "requests"
    said = [f"{seen.samples} {what}", f"{seen.errors} errors"]
    if seen.disagreed is not None:
        said.append(f"{seen.disagreed / seen.compared:.1%} decided otherwise")
    elif seen.mean_difference is not None:
        said.append(f"mean difference {seen.mean_difference:.3g}")
    if seen.p99_seconds is not None:
        said.append(f"p99 {seen.p99_seconds * 1000:.1f} ms")
    return ("on the same input: " if seen.step.mode == "replay" else "shadow: ") + ", ".join(said)
