"""A request is checked field by field, and what is wrong is said with its place."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.package.manifest import Tensor
from mlops_spec.targets.local.serve.tensors import BadRequest, Request, answer, arrays, parse

INPUTS = {
    name: Tensor(name=name, datatype=datatype, shape=(-1,))
    for name, datatype in {"age": "INT64", "limit": "FP64", "education": "BYTES", "married": "BOOL"}.items()
}
GOOD: dict[str, tuple[str, list[Any]]] = {
    "age": ("INT64", [40, 50]),
    "limit": ("FP64", [2.5, 3]),
    "education": ("BYTES", ["university", "école"]),
    "married": ("BOOL", [True, False]),
}


def body(**changes: Any) -> dict[str, Any]:
    """A good request of two rows, its tensors changed by name; None leaves one out."""
    tensors = {
        name: {"name": name, "datatype": datatype, "shape": [2], "data": data}
        for name, (datatype, data) in GOOD.items()
    }
    for name, change in changes.items():
        if change is None:
            del tensors[name]
        else:
            tensors[name] = tensors.get(name, {}) | change
    return {"inputs": list(tensors.values())}


def parsed(record: Any) -> Request:
    return parse(json.dumps(record).encode(), INPUTS)


def test_a_good_request() -> None:
    request = parsed(body() | {"id": "42", "parameters": {"a": 1}})

    assert (request.id, request.rows) == ("42", 2)
    assert request.columns == {name: data for name, (_, data) in GOOD.items()}


def test_the_frame_has_the_models_types() -> None:
    frame = pd.DataFrame(arrays([parsed(body()), parsed(body())], INPUTS))

    assert frame.dtypes.astype(str).to_dict() == {
        "age": "int64",
        "limit": "float64",
        "education": "str",
        "married": "bool",
    }
    assert frame["education"].tolist() == ["university", "école"] * 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"age": {"datatype": "INT32"}}, id="narrower integer"),
        pytest.param({"age": {"datatype": "UINT8"}}, id="unsigned integer"),
        pytest.param({"limit": {"datatype": "FP32"}}, id="narrower float"),
        pytest.param({"limit": {"datatype": "INT64", "data": [1, 2]}}, id="integers for a float"),
        pytest.param({"age": {"shape": [2, 1]}}, id="a column of width one"),
        pytest.param({"age": {"shape": [2, 1], "data": [[40], [50]]}}, id="nested as its shape"),
    ],
)
def test_what_loses_nothing_is_taken(change: dict[str, Any]) -> None:
    assert parsed(body(**change)).rows == 2


def test_null_is_a_missing_value() -> None:
    """As in training: whole numbers and booleans with missing values become floats."""
    request = parsed(body(age={"data": [40, None]}, limit={"data": [None, 1.0]}, education={"data": [None, "x"]}))
    frame = pd.DataFrame(arrays([request], INPUTS))

    assert request.floats == {"age"}
    assert frame.isna().sum().to_dict() == {"age": 1, "limit": 1, "education": 1, "married": 0}
    assert str(frame["age"].dtype) == "float64"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"age": None}, "inputs: missing `age`", id="missing column"),
        pytest.param(
            {"agee": {"name": "agee", "datatype": "INT64", "shape": [2], "data": [1, 2]}},
            "inputs[4].name: the model has no input 'agee'; did you mean `age`?",
            id="unknown column",
        ),
        pytest.param(
            {"married": {"name": "age", "datatype": "INT64", "data": [1, 2]}},
            "inputs[3].name: `age` stands twice",
            id="twice",
        ),
        pytest.param({"age": {"name": 7}}, "inputs[0].name: must be the name of an input", id="name is a number"),
        pytest.param(
            {"age": {"datatype": "FP64"}}, "inputs[0].datatype: `age` is INT64, not 'FP64'", id="lossy datatype"
        ),
        pytest.param({"age": {"datatype": None}}, "inputs[0].datatype: `age` is INT64, not 'None'", id="no datatype"),
        pytest.param(
            {"age": {"datatype": {}}}, "inputs[0].datatype: `age` is INT64, not '{}'", id="datatype is an object"
        ),
        pytest.param({"age": {"shape": [3]}}, "inputs[0].shape: `age` has shape [3] but 2 values", id="wrong shape"),
        pytest.param({"age": {"shape": [1, 2]}}, "inputs[0].shape: `age` has shape [1, 2] but 2 values", id="a row"),
        pytest.param({"age": {"shape": None}}, "inputs[0].shape: `age` must have a shape such as [2]", id="no shape"),
        pytest.param(
            {"age": {"shape": [2.0]}}, "inputs[0].shape: `age` must have a shape such as [2]", id="float shape"
        ),
        pytest.param({"age": {"shape": [0], "data": []}}, "inputs[0].shape: `age` has no rows", id="no rows"),
        pytest.param(
            {"limit": {"shape": [1], "data": [1.0]}},
            "inputs[1].shape: `limit` has 1 rows, the inputs before it 2",
            id="fewer rows",
        ),
        pytest.param({"age": {"data": "40"}}, "inputs[0].data: `age` must be a list of values", id="data is text"),
        pytest.param(
            {"age": {"data": [40, 1.5]}}, "inputs[0].data[1]: `age` must be an integer, not 1.5", id="fraction"
        ),
        pytest.param(
            {"age": {"data": [40, True]}}, "inputs[0].data[1]: `age` must be an integer, not true", id="boolean"
        ),
        pytest.param(
            {"age": {"data": [40, 2**63]}},
            "inputs[0].data[1]: `age` must be an integer, not 9223372036854775808",
            id="too large",
        ),
        pytest.param(
            {"limit": {"data": ["x", 1]}},
            'inputs[1].data[0]: `limit` must be a number, not "x"',
            id="text for a number",
        ),
        pytest.param(
            {"education": {"data": ["x", 1]}},
            "inputs[2].data[1]: `education` must be text, not 1",
            id="number for text",
        ),
        pytest.param(
            {"married": {"data": [1, 0]}},
            "inputs[3].data[0]: `married` must be true or false, not 1",
            id="number for a boolean",
        ),
        pytest.param(
            {"age": {"data": [[40], [50, 60]]}}, "inputs[0].data[1]: each row of a column holds one value", id="ragged"
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parsed(body(**change))

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "the body is not JSON: Expecting value at line 1 column 1"),
        (b"{", "the body is not JSON"),
        (b"\xff{}", "the body is not UTF-8, at byte 0"),
        (b"[]", "the body must be an object"),
        (b"{}", "inputs: a list of tensors is missing"),
        (b'{"inputs": {}}', "inputs: a list of tensors is missing"),
        (b'{"inputs": [1]}', "inputs[0]: must be an object"),
        (b'{"inputs": [{"data": [NaN]}]}', "the body holds NaN, which is no JSON; a missing value is null"),
        (b'{"inputs": [{"data": [-Infinity]}]}', "the body holds -Infinity"),
        (b"[" * 100_000, "the body nests too deep"),
        (b'{"inputs": [' + b"9" * 5000 + b"]}", "the body nests too deep or holds a number with too many digits"),
    ],
    ids=lambda value: value[:30].decode(errors="replace") if isinstance(value, bytes) else "",
)
def test_what_is_no_request(text: bytes, message: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(text, INPUTS)

    assert str(refused.value).startswith(message)


def test_infinity_by_a_large_exponent_is_refused() -> None:
    text = json.dumps(body()).replace("2.5", "1e999").encode()

    with pytest.raises(BadRequest, match=r"inputs\[1\]\.data\[0\]: `limit` must be a number"):
        parse(text, INPUTS)


def test_the_id_is_text() -> None:
    with pytest.raises(BadRequest, match="id: must be text"):
        parsed(body() | {"id": 7})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "shape", "datatype", "data", "inputs"]), inner)
    ),
    max_leaves=20,
)


@given(st.lists(JSON, max_size=4))
def test_any_json_is_answered_by_a_bad_request(inputs: list[Any]) -> None:
    with pytest.raises(BadRequest):
        parsed({"inputs": inputs})


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), st.text(), st.booleans()
        ),
        min_size=1,
    )
)
def test_values_reach_the_frame_unchanged(rows: list[tuple[int, float, str, bool]]) -> None:
    columns = dict(zip(GOOD, map(list, zip(*rows, strict=True)), strict=True))
    tensors = [
        {"name": name, "datatype": INPUTS[name].datatype, "shape": [len(rows)], "data": data}
        for name, data in columns.items()
    ]

    got = arrays([parsed({"inputs": tensors})], INPUTS)

    assert {name: list(values) for name, values in got.items()} == columns


OUTPUT = (Tensor(name="probability", datatype="FP64", shape=(-1,)),)


def test_an_answer() -> None:
    said = json.loads(answer(Request("42", 2, {}), "demo", "v1.0.0", OUTPUT, np.array([0.1, 0.7])))

    assert said == {
        "model_name": "demo",
        "model_version": "v1.0.0",
        "id": "42",
        "outputs": [{"name": "probability", "datatype": "FP64", "shape": [2], "data": [0.1, 0.7]}],
    }


def test_class_probabilities_are_row_major() -> None:
    said = json.loads(answer(Request(None, 2, {}), "demo", "v1", OUTPUT, np.array([[0.25, 0.75], [1.0, 0.0]])))

    assert "id" not in said
    assert (said["outputs"][0]["shape"], said["outputs"][0]["data"]) == ([2, 2], [0.25, 0.75, 1.0, 0.0])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_scores_come_back_to_the_last_bit(values: list[float]) -> None:
    said = json.loads(answer(Request(None, len(values), {}), "demo", "v1", OUTPUT, np.array(values)))

    assert said["outputs"][0]["data"] == values


def test_the_classes_are_named_in_the_answer() -> None:
    outputs = (Tensor(name="probability", datatype="FP64", shape=(-1,)),)

    found = json.loads(answer(parsed(body()), "m", "v1", outputs, np.array([0.2, 0.9]), ("no", "yes")))

    assert found["outputs"][0]["parameters"] == {"classes": ["no", "yes"]}
