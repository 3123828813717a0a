"""The matrix: never too many groups, none on a wrong machine, all about equally long."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.errors import Failure
from mlops_spec.plan.matrix import Training, matrix
from mlops_spec.spec.compute import OnRunner

HOSTED, GPU = OnRunner(), OnRunner(runner="gpu", timeout="10h")


def training(name: str, seconds: float | None = 60, compute: OnRunner = HOSTED, chain: str = "") -> Training:
    return Training(name, compute, seconds, chain)


def test_nothing_trains() -> None:
    assert matrix([], 256) == {"include": []}


def test_a_job_for_each_model_while_there_is_room() -> None:
    found = matrix([training("churn", 30), training("defect", 90, GPU)], 256)["include"]

    assert found == [
        {"group": "defect", "models": "defect", "runner": '"gpu"', "minutes": 600, "seconds": 90},
        {"group": "churn", "models": "churn", "runner": '"ubuntu-24.04"', "minutes": 60, "seconds": 30},
    ]


def test_more_models_than_jobs_share_them_by_how_long_they_took() -> None:
    models = [training("long", 600), *(training(f"m{number}", 100) for number in range(6))]

    groups = matrix(models, 2)["include"]

    assert [entry["models"] for entry in groups] == ["long", "m0 m1 m2 m3 m4 m5"]
    assert groups[1]["group"] == "m0+5"
    assert groups[1]["minutes"] == 360


def test_a_group_of_runners() -> None:
    entry = matrix([training("churn", compute=OnRunner(group="Large runners", runner="gpu"))], 8)["include"][0]

    assert json.loads(entry["runner"]) == {"group": "Large runners", "labels": "gpu"}
    assert entry["minutes"] == 60


def test_models_that_read_one_another_train_in_one_job_and_in_their_order() -> None:
    models = [training("b", 10, chain="1"), training("a", 20, chain="1"), training("c", 5)]

    assert [entry["models"] for entry in matrix(models, 256)["include"]] == ["b a", "c"]


def test_more_runners_than_groups() -> None:
    with pytest.raises(Failure, match="--matrix 1: the models train on 2 different runners"):
        matrix([training("a"), training("b", compute=GPU)], 1)


@settings(max_examples=60)
@given(
    times=st.lists(st.one_of(st.none(), st.floats(1, 5000)), min_size=1, max_size=600),
    most=st.integers(2, 256),
    data=st.data(),
)
def test_every_model_once_in_groups_that_one_move_can_not_even_out(
    times: list[float | None], most: int, data: st.DataObject
) -> None:
    computes = data.draw(st.lists(st.sampled_from([HOSTED, GPU]), min_size=len(times), max_size=len(times)))
    models = [training(f"m{n}", time, computes[n]) for n, time in enumerate(times)]

    groups = matrix(models, most)["include"]

    assert sorted(name for entry in groups for name in entry["models"].split()) == sorted(m.model for m in models)
    assert len(groups) <= most
    assert len({entry["group"] for entry in groups}) == len(groups)
    runner = {each.model: json.dumps(each.compute.label) for each in models}
    assert all({runner[name] for name in entry["models"].split()} == {entry["runner"]} for entry in groups)
    longest = max(time or 0 for time in times)
    for label in {entry["runner"] for entry in groups}:
        took = [entry["seconds"] for entry in groups if entry["runner"] == label]
        assert max(took) - min(took) <= max(longest, 60) + 1
