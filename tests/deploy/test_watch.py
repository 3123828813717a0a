"""A canary is healthy only when everything says so."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.deploy.watch import Step, broken, judge, steps
from mlops_spec.spec.environments import Rollout
from mlops_spec.targets.live import Live, Running, Window

ROLLOUT = Rollout(canary=[10], watch="1m", min_samples=200, max_error_rate=0.01, max_p99="100ms")
STEP, SHADOW = Step("canary", 10, "1m"), Step("shadow", 100, "5m")


def live(state: Any = "ready", reason: str = "", **window: Any) -> Live:
    return Live(None, Running("v2", "sha256:2", state, reason, Window(**window)), 10)


def beside(old: Any, new: Any, **window: Any) -> Live:
    """The live version and the canary with these scores, by bin."""
    canary = Window(requests=300, p99=0.01, bins=new, **window)
    return Live(Running("v1", "sha256:1", "ready", window=Window(bins=old)), live_of(canary), 10)


def live_of(window: Window) -> Running:
    return Running("v2", "sha256:2", "ready", window=window)


def test_a_healthy_canary() -> None:
    judged = judge(live(requests=200, errors=2, p99=0.1), ROLLOUT, STEP)

    assert (judged.healthy, judged.reason, judged.samples, judged.errors, judged.p99_seconds) == (True, "", 200, 2, 0.1)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (live(requests=199, p99=0.01), "too few samples to call it healthy: 199 of 200 within 1m"),
        (live(), "too few samples to call it healthy: 0 of 200 within 1m"),
        (live(requests=200, errors=3, p99=0.01), "3 of 200 requests failed (1.5% > 1.0%)"),
        (live(requests=300, p99=0.1001), "p99 is 100.1 ms > 100ms"),
        (live(requests=300, p99=None), "it has no latency"),
        (live(requests=300, p99=math.nan), "p99 is nan ms > 100ms"),
        (live("failed", "the process ended", requests=300, p99=0.01), "it does not run: the process ended"),
        (live("loading", requests=300, p99=0.01), "it does not run: loading"),
        (Live(), "its process is gone"),
    ],
)
def test_what_is_not_healthy(seen: Live, reason: str) -> None:
    judged = judge(seen, ROLLOUT, STEP)

    assert (judged.healthy, judged.reason) == (False, reason)


def test_without_a_bound_latency_does_not_count() -> None:
    assert judge(live(requests=300, p99=9.0), Rollout(min_samples=200), STEP).healthy


@given(st.integers(0, 1000), st.integers(0, 100), st.integers(1, 500), st.floats(0, 1))
def test_a_step_is_cut_short_only_when_it_could_not_end_well(
    requests: int, errors: int, min_samples: int, rate: float
) -> None:
    """However many good requests were still to come within the samples that a step needs."""
    rollout = Rollout(min_samples=min_samples, max_error_rate=rate)
    seen = live(requests=requests + errors, errors=errors, p99=0.01)
    at_best = live(requests=max(requests + errors, min_samples), errors=errors, p99=0.01)

    assert (broken(seen, rollout) is not None) == (not judge(at_best, rollout, STEP).healthy)


SHIFTS = Rollout(min_samples=100, max_score_shift=0.2)


def test_scores_as_the_live_versions_are_healthy() -> None:
    judged = judge(beside(((1, 500), (2, 500)), ((1, 180), (2, 120))), SHIFTS, STEP)

    assert (judged.healthy, judged.score_shift) == (True, pytest.approx(0.1))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (((1, 500), (2, 500)), ((1, 90), (2, 210)), None),
        (((1, 500), (2, 500)), ((1, 89), (2, 211)), "its scores are 0.203 from the live version's > 0.2"),
        (((1, 500),), ((7, 500),), "its scores are 1.000 from the live version's > 0.2"),
        (((1, 500),), (), "too few scores to tell a shift of 0.2: 0 of it and 500 of the live version"),
        ((), ((1, 500),), "too few scores to tell a shift of 0.2: 500 of it and 0 of the live version"),
        (((1, 500),), ((1, 76),), "too few scores to tell a shift of 0.2: 76 of it and 500 of the live version"),
        (((1, 500),), ((1, 77),), None),
        (((1, 500),), ((1, -600), (2, 1000)), "too few scores to tell a shift of 0.2: 400 of it and 500 of the"),
    ],
)
def test_scores_that_moved_or_are_too_few_are_not(old: Any, new: Any, reason: str | None) -> None:
    judged = judge(beside(old, new), SHIFTS, STEP)

    assert judged.healthy == (reason is None)
    assert judged.reason.startswith(reason or "")
    assert judge(beside(old, new), Rollout(), STEP).healthy, "without a bound any shift will do"


def test_without_a_live_version_there_is_no_shift_to_call_small() -> None:
    seen = live(requests=300, p99=0.01, bins=((1, 300),))

    assert "too few scores" in judge(seen, SHIFTS, STEP).reason


AGREES = Rollout(shadow="5m", min_samples=100, max_disagreement=0.05)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({"compared": 200, "disagreed": 10}, ""),
        ({"compared": 200, "disagreed": 11}, "5.5% of its decisions are others than the live version's > 5.0%"),
        ({"compared": 99, "disagreed": 0}, "too few rows could be compared: 99 of 100"),
        ({}, "too few rows could be compared: 0 of 100"),
        ({"compared": 200, "disagreed": None}, "its answers are no decisions that could disagree"),
    ],
)
def test_a_shadow_must_decide_as_the_live_version_does(seen: Any, reason: str) -> None:
    window = live(requests=200, p99=0.01, **seen)

    judged = judge(window, AGREES, SHADOW)

    assert (judged.healthy, judged.reason) == (not reason, reason)
    assert judge(window, AGREES, STEP).healthy, "a canary is not compared"
    assert judge(window, AGREES.model_copy(update={"max_disagreement": None}), SHADOW).healthy


def test_a_shadow_with_too_few_requests_is_not_healthy() -> None:
    judged = judge(live(requests=99, p99=0.01, compared=200, disagreed=0), AGREES, SHADOW)

    assert judged.reason == "too few samples to call it healthy: 99 of 100 within 5m"


def test_the_shadow_comes_before_the_canary() -> None:
    assert steps(Rollout(canary=[10, 50], watch="2m", shadow="5m")) == (
        SHADOW,
        Step("canary", 10, "2m"),
        Step("canary", 50, "2m"),
    )
    assert steps(Rollout()) == ()


def test_to_judge_needs_no_numpy() -> None:
    code = "import sys, mlops_spec.deploy.agent; print({'numpy', 'scipy', 'pandas'} & set(sys.modules))"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout == "set()\n"
