"""Which rows of a request are outside the data contract: those that the monitor finds too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.errors import Failure
from mlops_spec.package.input_contract import NAME, Bounds, contract_bytes, contract_of, read_contract
from mlops_spec.pipeline.contract import check_inputs
from mlops_spec.spec import Spec
from mlops_spec.targets.local.serve.outside import Outside, outside, pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

SPEC: dict[str, Any] = {
    "spec": 1,
    "model": "demo",
    "task": "binary-classification",
    "owners": ["@acme/team"],
    "data": {
        "path": "data/rows.csv",
        "target": "y",
        "derive": {"band": {"from": "weight", "bins": [0, 50, 200]}},
        "contract": {
            "missing": {"max": 0.5},
            "columns": {
                "age": {"type": "integer", "min": 18, "max": 120, "missing": {"max": 0}},
                "limit": {"type": "number", "min": 0.5},
                "level": {"type": "category", "values": ["a", 1, "NA"]},
                "married": {"type": "boolean"},
            },
        },
    },
    "train": {"run": "python -m demo", "predictor": "demo:load"},
    "gates": [],
}
INPUTS = ("age", "limit", "level", "married", "weight", "free")


def spec_of(**changes: Any) -> Spec:
    return Spec.model_validate(SPEC | changes)


def test_the_contract_of_the_inputs_survives_a_package(tmp_path: Path) -> None:
    contract = contract_of(spec_of(serve={"contract": "reject"}), INPUTS)
    assert contract is not None
    (tmp_path / NAME).write_bytes(contract_bytes(contract))

    assert read_contract(tmp_path) == contract
    assert contract.answer == "reject"
    assert contract.columns == {
        "age": Bounds(type="integer", min=18, max=120, required=True),
        "limit": Bounds(min=0.5),
        "level": Bounds(values=("1", "NA", "a")),
        "married": Bounds(type="boolean"),
        "weight": Bounds(bins=(0, 200)),
    }


def test_texts_may_be_cut_into_bins_too() -> None:
    found = outside({"weight": ["7", "x", "200", None]}, {"weight": Bounds(bins=(0, 200))})

    assert [each.rows for each in found] == [(1, 2)]


def test_nobody_looks_where_nothing_is_promised_or_nobody_shall(tmp_path: Path) -> None:
    assert contract_of(spec_of(serve={"contract": "off"}), INPUTS) is None
    assert contract_of(spec_of(), ["free"]) is None
    assert read_contract(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"{}", b'{"v":2,"answer":"flag","columns":{}}', b"[]", b'{"v":1}'])
def test_another_file_is_no_contract(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)

    with pytest.raises(Failure, match="is no contract"):
        read_contract(tmp_path)


ROWS = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(10, 130),
        "limit": st.none() | st.floats(0, 2),
        "level": st.none() | st.sampled_from(["a", "1", "b", "NA", ""]),
        "married": st.none() | st.sampled_from([0.0, 1.0, 2.0]),
        "weight": st.none() | st.floats(-10, 210),
        "free": st.none() | st.floats(-1, 1),
    }
)


@given(st.lists(ROWS, min_size=1, max_size=5))  # the monitor names five rows
def test_a_request_breaks_what_the_monitor_finds_broken_in_the_same_rows(rows: list[dict[str, Any]]) -> None:
    """Only of what is missing the monitor says less: that share is of many rows."""
    columns = {name: [row[name] for row in rows] for name in INPUTS}
    contract = contract_of(spec_of(), INPUTS)
    assert contract is not None
    frame = pd.DataFrame(
        {name: pd.Series(column, dtype=object if name == "level" else float) for name, column in columns.items()}
    )

    found: dict[str, set[int]] = {}
    for each in outside(columns, contract.columns):
        found.setdefault(each.input, set()).update(each.rows)
    monitored: dict[str, set[int]] = {}
    for violation in check_inputs(spec_of(), frame):
        if "missing" not in violation.what or violation.where == "age":
            where = "weight" if violation.where == "band" else violation.where
            monitored.setdefault(where, set()).update(violation.rows)

    assert found == monitored


@given(st.lists(st.tuples(st.sampled_from(INPUTS), st.sets(st.integers(0, 999), min_size=1)), max_size=6))
def test_rows_are_counted_once_for_each_input(parts: list[tuple[str, set[int]]]) -> None:
    found = [Outside(name, "must be", "key", tuple(sorted(rows)), 0) for name, rows in parts]
    expected: dict[str, set[int]] = {}
    for name, rows in parts:
        expected.setdefault(name, set()).update(rows)

    pairs, end = unpack(b"ab" + pack(found, INPUTS) + b"rest", 2, INPUTS)

    assert dict(pairs) == {name: len(rows) for name, rows in expected.items()}
    assert end == 2 + len(pack(found, INPUTS))
