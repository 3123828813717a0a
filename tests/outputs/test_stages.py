"""The pipeline: what each stage reads, what it depends on, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from mlops_spec.engines.dvc.stages import Rendering, stages
from mlops_spec.errors import Failure
from mlops_spec.spec import Spec
from mlops_spec.spec.stages import SURROUNDINGS

MINIMAL: dict[str, Any] = {
    "spec": 1,
    "model": "m",
    "task": "regression",
    "owners": ["@a"],
    "data": {"path": "data/x.csv", "target": "y"},
    "train": {"run": "python -m m"},
    "gates": [{"metric": "r2_score", "min": 0.5}],
}


def named(*present: str, **sections: Any) -> dict[str, Rendering]:
    found = stages(Spec.model_validate({**MINIMAL, **sections}), frozenset(present), {})
    return {stage.name: stage for stage in found}


def test_a_stage_depends_on_the_sections_that_it_reads_and_no_other() -> None:
    found = named(monitor={}, governance={"risk": "high"}, environments={"staging": {"after": "merge"}}, evaluate={})

    params = {param for stage in found.values() for param in stage.params}

    assert params == {"model", "task", "data", "train.run", "evaluate", "gates"}
    assert found["split"].params == ("task", "data")


def test_where_training_runs_is_no_reason_to_train_again() -> None:
    found = named(train={"run": "x", "compute": {"timeout": "1h"}, "reads": ["a"], "params": {}})

    assert found["train"].params == ("task", "data", "train.run", "train.params")


def test_only_keys_that_the_document_holds_are_parameters() -> None:
    bare, said = named(), named(train={"run": "x", "seed": 0})

    assert "train.seed" not in bare["train"].params
    assert "train.seed" in said["train"].params


def test_what_is_compared_by_season_is_packaged_and_no_other_bound_of_drift() -> None:
    """DVC calls a parameter that is not there an error, and `monitor.drift` may be there without it."""
    bare, said = (named(monitor={"drift": {"max": 1.0} | more}) for more in ({}, {"season": "year"}))

    assert bare["package"].params == ("model", "task", "data")
    assert said["package"].params == ("model", "task", "data", "monitor.drift.season")


def test_training_never_reads_the_test_rows_nor_evaluating_anything_later() -> None:
    found = named()

    assert "build/data/test.parquet" not in found["train"].reads
    assert not {"build/package"} & {path for stage in found.values() for path in stage.reads}


def test_each_stage_depends_on_code_and_locked_environment_where_there_are_any() -> None:
    found = named(*SURROUNDINGS)

    for name in ("train", "evaluate", "package"):
        assert set(SURROUNDINGS) <= set(found[name].reads)
    assert set(SURROUNDINGS) - set(found["split"].reads) == {"src"}
    assert set(SURROUNDINGS) & set(named()["train"].reads) == set()


def test_no_command_holds_a_value_of_the_spec() -> None:
    found = named(pipeline={"clean": {"run": "rm -rf /", "writes": ["build/clean"]}}, train={"run": "$(reboot)"})

    assert {name: stage.command for name, stage in found.items()} == {
        name: f"mlops-spec stage {name}" for name in ("split", "clean", "train", "evaluate", "package")
    }


def test_stages_stand_after_those_whose_results_they_read() -> None:
    pipeline = {
        "last": {"run": "x", "reads": ["build/middle/a.csv"], "writes": ["build/last"]},
        "middle": {"run": "x", "reads": ["build/first"], "writes": ["build/middle"]},
        "first": {"run": "x", "reads": ["build/data"], "writes": ["build/first/a", "build/first/b"]},
        "after_training": {"run": "x", "reads": ["build/model"], "writes": ["build/chart.png"]},
    }

    order = list(named(pipeline=pipeline, train={"run": "x", "reads": ["build/last"]}))

    assert order.index("split") < order.index("first") < order.index("middle") < order.index("last")
    assert order.index("last") < order.index("train") < order.index("after_training")


@pytest.mark.parametrize(
    "pipeline",
    [
        {
            "a": {"run": "x", "reads": ["build/b"], "writes": ["build/a"]},
            "b": {"run": "x", "reads": ["build/a"], "writes": ["build/b"]},
        },
        {"a": {"run": "x", "reads": ["build/a/x"], "writes": ["build/a"]}},
    ],
    ids=["two", "one"],
)
def test_stages_that_wait_for_one_another_are_named(pipeline: dict[str, Any]) -> None:
    with pytest.raises(Failure, match=r"pipeline: stages wait for one another: .*a → "):
        named(pipeline=pipeline)


@pytest.mark.parametrize("name", ["split", "train", "evaluate", "package"])
def test_our_own_names_are_taken(name: str) -> None:
    with pytest.raises(Failure, match=f"pipeline.{name}: the name"):
        named(pipeline={name: {"run": "x", "writes": ["build/x"]}})


@pytest.mark.parametrize("address", ["s3://bucket/a/rows.csv", "https://example.org/rows.csv", "/mnt/rows.csv"])
def test_imported_rows_lie_in_the_data_folder(address: str) -> None:
    found = named(data={"path": {"import": address}, "target": "y"})

    assert found["split"].reads == ("data/rows.csv",)
