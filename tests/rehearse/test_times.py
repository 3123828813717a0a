"""Each moment of a run belongs to what ran then, and the parts add up to the whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.rehearse import times
from mlops_spec.rehearse.run import Job, Run, Step


def step(name: str, started: float, seconds: float, *output: str) -> Step:
    return Step(name, "success", started, seconds, output)


def run(seconds: float, *jobs: tuple[Step, ...]) -> Run:
    played = tuple(Job(str(number), str(number), "success", 0.0, steps) for number, steps in enumerate(jobs))
    return Run(1, "test", "push", Path(), seconds, played)


def test_one_after_the_other() -> None:
    steps = (
        step("actions/checkout@1", 0.5, 0.5),
        step("uv sync --locked", 1.0, 2.0),
        step("uv run --no-sync mlops-spec lint --format github", 3.0, 1.0),
        step('uv run --no-sync mlops-spec promote ask "${ENVIRONMENT}"', 4.0, 5.0),
    )

    assert times.of_run(run(9.5, steps)) == pytest.approx({"act": 1.5, "uv": 2.0, "mlops-spec": 1.0, "servers": 5.0})


def test_side_by_side_shares_the_time() -> None:
    slow, quick = (step("uv sync", 0.0, 4.0),), (step("mlops-spec gate", 1.0, 2.0),)

    assert times.of_run(run(4.0, slow, quick)) == pytest.approx({"uv": 3.0, "mlops-spec": 1.0, "act": 0.0})


def test_the_pipeline_is_split_by_its_stages() -> None:
    output = (
        "  split …",
        "✓ split        ran          1.0 s",
        "✓ features     ran          0.5 s",
        "✓ train        ran          4.0 s",
        "· evaluate     unchanged",
        "✓ package      cached       0.5 s",
        "credit-default: 3 of 5 stages ran",
    )

    parts = times.of_run(run(10.0, (step("uv run --no-sync mlops-spec run --push", 0.0, 10.0, *output),)))
    assert parts == pytest.approx({"mlops-spec": 1.0, "training": 4.5, "DVC": 4.5, "act": 0.0})


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["uv sync", "mlops-spec gate", "actions/checkout@1", "mlops-spec run"]),
                st.floats(0, 50),
                st.floats(0.001, 50),
            ),
            max_size=4,
        ),
        max_size=4,
    )
)
def test_the_parts_are_the_whole(jobs: list[list[tuple[str, float, float]]]) -> None:
    steps = [tuple(step(*each) for each in job) for job in jobs]
    seconds = max((one.started + one.seconds for job in steps for one in job), default=0.0) + 1

    parts = times.of_run(run(seconds, *steps))
    assert sum(parts.values()) == pytest.approx(seconds)
    assert all(value >= 0 for value in parts.values())
