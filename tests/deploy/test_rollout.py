"""A rollout ends in the new version or in the old one."""

from __future__ import annotations

from typing import Any

import pytest

from mlops_spec.deploy import rollout
from mlops_spec.deploy.rollout import Rolled, roll_out
from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.environments import Rollout
from mlops_spec.targets.live import Live, Running, Served, Window
from mlops_spec.targets.target import Refused

OLD, NEW = Served("v1", "sha256:1", "/1"), Served("v2", "sha256:2", "/2")
STEPS = Rollout(canary=[10, 50], watch="10ms", min_samples=5)


class FakeTarget:
    """A target whose canary sees what it is told."""

    def __init__(self, *windows: Window, stable: Served | None = OLD, refuses: bool = False) -> None:
        self.stable = stable
        self.candidate: Served | None = None
        self.windows = list(windows)
        self.weights: list[int | str] = []
        self.refuses = refuses

    def current(self) -> Live:
        window = self.windows[min(len(self.weights), len(self.windows)) - 1] if self.weights else Window()
        return Live(
            Running(self.stable.version, self.stable.digest, "ready") if self.stable else None,
            Running("v2", "sha256:2", "ready", window=window) if self.candidate else None,
        )

    def stage(self, version: Served) -> None:
        if self.refuses:
            raise Refused("it can't be served: no")
        self.candidate = version

    def shift(self, weight: int, seconds: float) -> None:
        assert seconds > 0.01, "its share outlives the watch"
        self.weights.append(weight)

    def mirror(self, seconds: float) -> None:
        assert seconds > 0.01, "it outlives the watch"
        self.weights.append("shadow")

    def finish(self) -> None:
        self.stable, self.candidate = self.candidate, None

    def abort(self) -> None:
        self.candidate = None


def go(target: FakeTarget, steps: Rollout = STEPS, wanted: Any = lambda: True) -> Rolled:
    return roll_out(target, NEW, steps, wanted=wanted, say=lambda line: None)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout, "_POLL", 0.001)


GOOD, BAD, FEW = Window(requests=9, p99=0.01), Window(requests=9, errors=3, p99=0.01), Window(requests=4, p99=0.01)


def test_it_takes_over_after_every_step() -> None:
    target = FakeTarget(GOOD, GOOD)

    rolled = go(target)

    assert (rolled.result, target.stable, target.candidate) == ("succeeded", NEW, None)
    assert (target.weights, [step.healthy for step in rolled.steps]) == ([10, 50], [True, True])
    assert rolled.reason == "canary 10 %: 9 requests, 0 errors, 50 %: 9 requests, 0 errors"


@pytest.mark.parametrize(("windows", "weights"), [((BAD,), [10]), ((FEW,), [10]), ((GOOD, BAD), [10, 50])])
def test_a_bad_step_ends_in_the_old_version(windows: tuple[Window, ...], weights: list[int]) -> None:
    target = FakeTarget(*windows)

    rolled = go(target)

    assert (rolled.result, target.stable, target.candidate) == ("rolled-back", OLD, None)
    assert target.weights == weights
    assert rolled.reason.startswith(f"at {weights[-1]} %: ")


def test_one_that_can_not_be_loaded_fails() -> None:
    target = FakeTarget(refuses=True)

    assert (go(target).result, target.stable) == ("failed", OLD)


def test_a_first_version_has_nothing_to_be_compared_with() -> None:
    target = FakeTarget(stable=None)

    assert (go(target).result, target.stable, target.weights) == ("succeeded", NEW, [])


def test_without_steps_it_takes_over_at_once() -> None:
    target = FakeTarget()

    assert (go(target, Rollout()).result, target.weights) == ("succeeded", [])


def test_one_that_nobody_wants_any_more_goes() -> None:
    target = FakeTarget(GOOD)

    assert (go(target, wanted=lambda: False).result, target.stable, target.candidate) == ("withdrawn", OLD, None)


def test_when_nobody_can_tell_whether_it_is_wanted_it_goes() -> None:
    target = FakeTarget(GOOD)

    def unreachable() -> bool:
        raise Failure("no forge", exit_code=Exit.UNAVAILABLE)

    with pytest.raises(Failure, match="no forge"):
        go(target, wanted=unreachable)
    assert (target.stable, target.candidate) == (OLD, None)


SHADOWED = Rollout(shadow="10ms", canary=[50], watch="10ms", min_samples=5, max_disagreement=0.2)
AGREES = Window(requests=8, p99=0.0124, compared=8, disagreed=1)


def test_a_shadow_comes_first_and_is_on_record() -> None:
    target = FakeTarget(AGREES, GOOD)

    rolled = go(target, SHADOWED)

    assert (rolled.result, target.weights) == ("succeeded", ["shadow", 50])
    assert rolled.reason == (
        "shadow: 8 requests, 0 errors, 12.5% decided otherwise, p99 12.4 ms; canary 50 %: 9 requests, 0 errors"
    )


def test_of_values_the_mean_difference_is_on_record() -> None:
    target = FakeTarget(Window(requests=8, compared=8, mean_difference=0.12345))

    rolled = go(target, Rollout(shadow="10ms", min_samples=5))

    assert (rolled.result, target.weights) == ("succeeded", ["shadow"])
    assert rolled.reason == "shadow: 8 requests, 0 errors, mean difference 0.123"


@pytest.mark.parametrize("window", [BAD, FEW, Window(), Window(requests=8, p99=0.01, compared=8, disagreed=2)])
def test_a_bad_shadow_gets_no_canary(window: Window) -> None:
    target = FakeTarget(window)

    rolled = go(target, SHADOWED)

    assert (rolled.result, target.stable, target.candidate, target.weights) == ("rolled-back", OLD, None, ["shadow"])
    assert rolled.reason.startswith("as a shadow: ")
