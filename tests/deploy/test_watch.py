"""A canary is healthy only when everything says so."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.deploy.target import Live
from mlops_spec.deploy.watch import broken, judge
from mlops_spec.serve.wanted import Window, WorkerStatus
from mlops_spec.spec.environments import Rollout

ROLLOUT = Rollout(canary=[10], watch="1m", min_samples=200, max_error_rate=0.01, max_p99="100ms")


def live(state: Any = "ready", reason: str = "", **window: Any) -> Live:
    return Live(None, WorkerStatus("v2", "sha256:2", state, reason, 7, Window(**window)), 10)


def test_a_healthy_canary() -> None:
    judged = judge(live(requests=200, errors=2, p99=0.1), ROLLOUT, 10)

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
    judged = judge(seen, ROLLOUT, 10)

    assert (judged.healthy, judged.reason) == (False, reason)


def test_without_a_bound_latency_does_not_count() -> None:
    assert judge(live(requests=300, p99=9.0), Rollout(min_samples=200), 10).healthy


@given(st.integers(0, 1000), st.integers(0, 100), st.integers(1, 500), st.floats(0, 1))
def test_a_step_is_cut_short_only_when_it_could_not_end_well(
    requests: int, errors: int, min_samples: int, rate: float
) -> None:
    """However many good requests were still to come within the samples that a step needs."""
    rollout = Rollout(min_samples=min_samples, max_error_rate=rate)
    seen = live(requests=requests + errors, errors=errors, p99=0.01)
    at_best = live(requests=max(requests + errors, min_samples), errors=errors, p99=0.01)

    assert (broken(seen, rollout) is not None) == (not judge(at_best, rollout, 10).healthy)
