"""The section `compute`: a runner or a cluster, what others read of it, and what it changes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mlops_spec.engines.dvc.stages import stages
from mlops_spec.platforms.github.outputs.workflows import workflows
from mlops_spec.render.jinja import render
from mlops_spec.spec import Spec
from mlops_spec.spec.shared import Shared, effective

RAY = {"ray": {"address": "http://ray-head:8265"}}


def spec(compute: dict[str, Any] | None = None, stage: dict[str, Any] | None = None) -> Spec:
    train = {"run": "python -m m.train"} | ({"compute": compute} if compute is not None else {})
    features = {"run": "python -m m.features", "writes": ["build/features"], **(stage or {})}
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "regression",
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "y"},
            "pipeline": {"features": features},
            "train": train,
            "gates": [{"metric": "r2", "min": 0.1}],
        }
    )


@pytest.mark.parametrize(
    ("compute", "label", "group", "timeout"),
    [
        (None, "ubuntu-24.04", None, "60m"),
        ({"runner": "gpu", "timeout": "2h"}, "gpu", None, "2h"),
        ({"group": "Large"}, "", "Large", "60m"),
        (RAY, "ubuntu-24.04", None, "60m"),
        ({"ray": {**RAY["ray"], "runner": "in-the-vpc", "timeout": "3h"}}, "in-the-vpc", None, "3h"),
    ],
)
def test_the_job_on_github_has_a_machine_and_a_limit(
    compute: dict[str, Any] | None, label: str, group: str | None, timeout: str
) -> None:
    found = spec(compute).train.compute

    assert (found.label, found.group, found.timeout) == (label, group, timeout)


@pytest.mark.parametrize(
    "compute",
    [{"runner": "gpu", **RAY}, {"timeout": "2h", **RAY}, {"ray": {}}, {"ray": {"address": "ray://head:10001"}}],
)
def test_a_runner_and_a_cluster_do_not_mix(compute: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        spec(compute)


def test_where_a_stage_runs_makes_it_no_other_stage() -> None:
    def keys(declared: Spec) -> dict[str, tuple[str, ...]]:
        return {each.name: each.params for each in stages(declared, frozenset(), {})}

    assert keys(spec(RAY))["train"] == keys(spec())["train"]
    assert keys(spec())["features"] == ("task", "data", "pipeline.features")
    on_cluster = keys(spec(stage={"compute": RAY}))["features"]
    assert on_cluster == ("task", "data", "pipeline.features.run", "pipeline.features.writes")


def test_a_model_on_a_cluster_shares_no_runner() -> None:
    shared = Shared.model_validate({"train": {"compute": {"runner": "ubuntu-24.04", "timeout": "2h"}}})
    on_ray = {"train": {"compute": RAY}}

    assert effective(on_ray, shared) == on_ray
    assert effective({"train": {"compute": {}}}, shared)["train"]["compute"]["timeout"] == "2h"


def test_a_cancelled_run_reaches_the_process_that_stops_the_job() -> None:
    """GitHub tells the step's own process: without `exec` that is a shell, which tells nobody."""

    def training(declared: Spec) -> str:
        (text,) = render(each for each in workflows(declared) if each.path.name == "mlops-train.yml")
        return text

    assert "- run: exec uv run --no-sync mlops-spec run --push\n" in training(spec(RAY))
    assert "- run: uv run --no-sync mlops-spec run --push\n" in training(spec())
