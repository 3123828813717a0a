"""Requests that wait are answered by one call of the model, each with its own rows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.package.input_contract import Bounds, InputContract
from mlops_spec.package.manifest import Tensor
from mlops_spec.targets.local.serve.frame import Frame, Splitter
from mlops_spec.targets.local.serve.outside import unpack as unpack_outside
from mlops_spec.targets.local.serve.scores import unpack
from mlops_spec.targets.local.serve.worker import Model, _without_folders, answers

if TYPE_CHECKING:
    import pandas as pd

INPUTS = {"age": Tensor(name="age", datatype="INT64", shape=(-1,))}
OUTPUTS = (Tensor(name="value", datatype="FP64", shape=(-1,)),)


class Doubling:
    """A model that doubles its one column, fails on 13, and remembers how many rows each call had."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.outside: dict[int, Any] = {}
        self.marked: dict[int, Any] = {}
        self.model = Model("demo", "v1", INPUTS, OUTPUTS, self.predict, probabilities=False)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        self.calls.append(len(frame))
        if (frame["age"] == 13).any():
            raise ValueError("unlucky")
        return frame["age"].to_numpy(dtype=float) * 2


def frame(number: int, ages: list[Any]) -> Frame:
    tensor = {"name": "age", "datatype": "INT64", "shape": [len(ages)], "data": ages}
    return Frame(number, 0, json.dumps({"inputs": [tensor]}).encode())


def answered(frames: list[Frame], doubling: Doubling) -> dict[int, Any]:
    """What each request got: its values, or status and error."""
    got: dict[int, Any] = {}
    for number, status, payload in Splitter().feed(b"".join(answers(frames, doubling.model))):
        scores, size = unpack(payload) if status == 200 else (None, 0)
        if status in {200, 422}:
            doubling.outside[number], size = unpack_outside(payload, size, [*INPUTS])
        said = json.loads(payload[size:])
        doubling.marked[number] = said.get("parameters")
        got[number] = said["outputs"][0]["data"] if status == 200 else (status, said["error"])
        assert scores is None or (scores.number, scores.probabilities) == (len(got[number]), False)
    return got


@given(st.lists(st.lists(st.integers(14, 10_000), min_size=1, max_size=5), min_size=1, max_size=10))
def test_each_gets_its_own_rows_from_one_call(requests: list[list[int]]) -> None:
    doubling = Doubling()

    got = answered([frame(number, ages) for number, ages in enumerate(requests)], doubling)

    assert got == {number: [2.0 * age for age in ages] for number, ages in enumerate(requests)}
    assert doubling.calls == [sum(map(len, requests))]


def test_one_that_the_model_fails_on_fails_alone() -> None:
    doubling = Doubling()

    got = answered([frame(1, [20]), frame(2, [13, 14]), frame(3, [30, 31])], doubling)

    assert got == {1: [40.0], 2: (500, "the model failed: ValueError: unlucky"), 3: [60.0, 62.0]}
    assert doubling.calls == [5, 1, 2, 2]


def test_a_bad_request_never_reaches_the_model() -> None:
    doubling = Doubling()

    got = answered([frame(1, ["x"]), frame(2, [20])], doubling)

    assert got == {1: (400, 'inputs[0].data[0]: `age` must be an integer, not "x"'), 2: [40.0]}
    assert doubling.calls == [1]


def promising(answer: Literal["reject", "flag"]) -> Doubling:
    doubling = Doubling()
    contract = InputContract(answer=answer, columns={"age": Bounds(min=18, max=120)})
    doubling.model = replace(doubling.model, contract=contract)
    return doubling


def test_a_row_outside_the_contract_is_answered_and_marked() -> None:
    doubling = promising("flag")

    got = answered([frame(1, [20, 500, 17, 600]), frame(2, [30])], doubling)

    assert got == {1: [40.0, 1000.0, 34.0, 1200.0], 2: [60.0]}
    assert doubling.marked[2] is None
    assert doubling.marked[1] == {
        "outside_contract": [
            {"input": "age", "must": "must be at least 18", "rows": [2]},
            {"input": "age", "must": "must be at most 120", "rows": [1, 3]},
        ]
    }
    assert doubling.outside == {1: (("age", 3),), 2: ()}


def test_a_row_outside_the_contract_is_refused_by_field_value_and_bound() -> None:
    doubling = promising("reject")

    got = answered([frame(1, [20, 500]), frame(2, [30])], doubling)

    said = "outside the data contract: `age` must be at most 120 (data.contract.columns.age.max), not 500, in row 1"
    assert got == {1: (422, said), 2: [60.0]}
    assert doubling.outside == {1: (("age", 1),), 2: ()}
    assert doubling.calls == [1]


def test_a_missing_value_changes_no_other_requests_types() -> None:
    seen: list[str] = []
    model = Model(
        "demo", "v1", INPUTS, OUTPUTS, lambda rows: seen.append(str(rows["age"].dtype)) or np.zeros(len(rows))
    )

    answers([frame(1, [20]), frame(2, [None]), frame(3, [30])], model)

    assert seen == ["int64", "float64", "int64"]


def test_a_call_has_at_most_4096_rows_unless_one_request_has_more() -> None:
    doubling = Doubling()

    got = answered([frame(number, [20] * rows) for number, rows in enumerate((4000, 90, 10, 5000))], doubling)

    assert doubling.calls == [4090, 10, 5000]
    assert [len(values) for values in got.values()] == [4000, 90, 10, 5000]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("/srv/models/v1/model/x.skops can't predict: a", "x.skops can't predict: a"),
        ("KeyError: '/etc/secret/key.txt'", "KeyError: 'key.txt'"),
        ("1/2 of a/b", "1/2 of a/b"),
        ("see https://a.b/c", "see https://a.b/c"),
    ],
)
def test_a_client_learns_no_folder_of_the_host(said: str, told: str) -> None:
    assert _without_folders(said) == told
