"""Whether a canary is healthy: fail-closed, so too few samples are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from mlops_spec.deploy.target import Live
    from mlops_spec.spec.environments import Rollout


@dataclass(frozen=True)
class Judged:
    """What the watch says of one step, and the numbers it says it on."""

    weight: int
    healthy: bool
    reason: str
    samples: int
    errors: int
    p99_seconds: float | None


def judge(live: Live, rollout: Rollout, weight: int) -> Judged:
    """Judges the staged version at the end of a step, on what it did since the step began."""
    problem = broken(live, rollout) or _too_few(live, rollout) or _too_slow(live, rollout)
    return _judged(live, weight, problem)


def broken(live: Live, rollout: Rollout) -> str | None:
    """What no further request could make good: the process is gone, or more errors than a whole step may have."""
    canary = live.candidate
    if canary is None or canary.state != "ready":
        return f"it does not run: {canary.reason or canary.state}" if canary is not None else "its process is gone"
    window = canary.window
    if window.errors > rollout.max_error_rate * max(window.requests, rollout.min_samples):
        rate = window.errors / max(window.requests, 1)
        return f"{window.errors} of {window.requests} requests failed ({rate:.1%} > {rollout.max_error_rate:.1%})"
    return None


def failed(live: Live, weight: int, problem: str) -> Judged:
    """The judgement of a step that was cut short."""
    return _judged(live, weight, problem)


def _too_few(live: Live, rollout: Rollout) -> str | None:
    samples = live.candidate.window.requests if live.candidate is not None else 0
    if samples < rollout.min_samples:
        return f"too few samples to call it healthy: {samples} of {rollout.min_samples} within {rollout.watch}"
    return None


def _too_slow(live: Live, rollout: Rollout) -> str | None:
    p99 = live.candidate.window.p99 if live.candidate is not None else None
    if rollout.max_p99 is None or (p99 is not None and p99 <= seconds(rollout.max_p99)):
        return None
    return f"p99 is {p99 * 1000:.1f} ms > {rollout.max_p99}" if p99 is not None else "it has no latency"


def _judged(live: Live, weight: int, problem: str | None) -> Judged:
    window = live.candidate.window if live.candidate is not None else None
    return Judged(
        weight=weight,
        healthy=problem is None,
        reason=problem or "",
        samples=window.requests if window is not None else 0,
        errors=window.errors if window is not None else 0,
        p99_seconds=window.p99 if window is not None else None,
    )
