"""The watch over a version that is tried: fail-closed, so too few samples are not healthy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlops_spec.package.shift import by_chance, distance
from mlops_spec.spec.base import seconds
from mlops_spec.spec.environments import Comparison
from mlops_spec.targets.live import Window

if TYPE_CHECKING:
    from mlops_spec.spec.environments import Rollout
    from mlops_spec.targets.live import Live


@dataclass(frozen=True)
class Step:
    """One step of a rollout: as a shadow, with a percentage of the requests, or on rows that were delivered before.

    `watch` as the spec writes it.
    """

    mode: Literal["shadow", "canary", "replay"]
    weight: int
    watch: str

    @property
    def name(self) -> str:
        """What the outcome calls it."""
        return {"shadow": "as a shadow", "replay": "on the same input"}.get(self.mode, f"at {self.weight} %")


@dataclass(frozen=True)
class Judged:
    """What the watch says of one step, and the numbers it says it on.

    `score_shift` is the distance of its scores from the live version's; `compared` counts the rows of a shadow that
    were held against the live version's, `disagreed` those that would have been decided otherwise.
    """

    step: Step
    healthy: bool
    reason: str
    samples: int = 0
    errors: int = 0
    p50_seconds: float | None = None
    p99_seconds: float | None = None
    score_shift: float | None = None
    compared: int = 0
    disagreed: int | None = None
    mean_difference: float | None = None
    largest_difference: float | None = None


def steps(rollout: Rollout | Comparison) -> tuple[Step, ...]:
    """The steps that a rollout takes before the version takes over."""
    if isinstance(rollout, Comparison):
        return (Step("replay", 100, "0s"),)
    shadow = (Step("shadow", 100, rollout.shadow),) if rollout.shadow is not None else ()
    return (*shadow, *(Step("canary", weight, rollout.watch) for weight in rollout.canary))


def judge(live: Live, rollout: Rollout | Comparison, step: Step) -> Judged:
    """Judges the staged version at the end of a step, on what it did since the step began."""
    problem = broken(live, rollout)
    if problem is None:
        window = _window(live)
        problem = (
            _too_few(window, rollout, step)
            or _too_slow(window, rollout)
            or _shifted(live, rollout)
            or (_disagrees(window, rollout) if step.mode != "canary" else None)
        )
    return judged(live, step, problem)


def broken(live: Live, rollout: Rollout | Comparison) -> str | None:
    """What no further request could make good: the process is gone, or more errors than a whole step may have."""
    canary = live.candidate
    if canary is None or canary.state != "ready":
        return f"it does not run: {canary.reason or canary.state}" if canary is not None else "its process is gone"
    window = canary.window
    if window.errors > rollout.max_error_rate * max(window.requests, rollout.min_samples):
        rate = window.errors / max(window.requests, 1)
        return f"{window.errors} of {window.requests} requests failed ({rate:.1%} > {rollout.max_error_rate:.1%})"
    return None


def judged(live: Live, step: Step, problem: str | None) -> Judged:
    """The judgement of a step, with a reason where it is not healthy, and the numbers as they stand."""
    window = _window(live)
    return Judged(
        step=step,
        healthy=problem is None,
        reason=problem or "",
        samples=window.requests,
        errors=window.errors,
        p50_seconds=window.p50,
        p99_seconds=window.p99,
        score_shift=_shift(live),
        compared=window.compared,
        disagreed=window.disagreed,
        mean_difference=window.mean_difference,
        largest_difference=window.largest_difference,
    )


def _window(live: Live) -> Window:
    return live.candidate.window if live.candidate is not None else Window()


def _too_few(window: Window, rollout: Rollout | Comparison, step: Step) -> str | None:
    if window.requests < rollout.min_samples:
        when = "in the newest sound delivery" if step.mode == "replay" else f"within {step.watch}"
        return f"too few samples to call it healthy: {window.requests} of {rollout.min_samples} {when}"
    return None


def _too_slow(window: Window, rollout: Rollout | Comparison) -> str | None:
    p99 = window.p99
    if rollout.max_p99 is None or (p99 is not None and p99 <= seconds(rollout.max_p99)):
        return None
    return f"p99 is {p99 * 1000:.1f} ms > {rollout.max_p99}" if p99 is not None else "it has no latency"


def _shifted(live: Live, rollout: Rollout | Comparison) -> str | None:
    """Whether its scores moved; where chance alone could move them as far, there are too few to say so."""
    bound, shift = rollout.max_score_shift, _shift(live)
    if bound is None:
        return None
    old, new = (sum(held for _, held in window.bins) for window in _both(live))
    if shift is None or not by_chance(old, new) <= bound:
        return f"too few scores to tell a shift of {bound:g}: {new} of it and {old} of the live version"
    return None if shift <= bound else f"its scores are {shift:.3f} from the live version's > {bound:g}"


def _shift(live: Live) -> float | None:
    old, new = _both(live)
    try:
        return distance(old.bins, new.bins)
    except ValueError:
        return None


def _both(live: Live) -> tuple[Window, Window]:
    return (live.stable.window if live.stable is not None else Window(), _window(live))


def _disagrees(window: Window, rollout: Rollout | Comparison) -> str | None:
    bound = rollout.max_disagreement
    if bound is None:
        return None
    if window.compared < rollout.min_samples:
        return f"too few rows could be compared: {window.compared} of {rollout.min_samples}"
    if window.disagreed is None:
        return "its answers are no decisions that could disagree"
    rate = window.disagreed / window.compared
    return None if rate <= bound else f"{rate:.1%} of its decisions are others than the live version's > {bound:.1%}"
