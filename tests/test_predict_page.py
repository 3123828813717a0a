"""What `mlops-spec explain predict` says of tasks, types and formats is what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from mlops_spec.cli import program
from mlops_spec.errors import Failure
from mlops_spec.lint.key_page import find
from mlops_spec.package.manifest import Tensor
from mlops_spec.package.predictor.frame import model_frame
from mlops_spec.package.predictor.load import Recipe, load
from mlops_spec.package.predictor.output import check_output
from mlops_spec.pipeline.column_types import TYPES
from mlops_spec.pipeline.signature import _input, output_of
from mlops_spec.spec.base import size_in_bytes
from mlops_spec.spec.data import Column, FileKind, Files
from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.train import Train
from mlops_spec.targets.local.serve.tensors import arrays, parse

PAGE = Path(__file__).parent.parent.joinpath("mlops_spec/predict.md").read_text(encoding="utf-8")
FORMATS = get_args(Train.model_fields["format"].annotation)
VALUES = {
    "integer": [1, 2],
    "number": [1.5, 2.0],
    "boolean": [True, False],
    "category": ["a", "b"],
    "string": ["a", "b"],
    "timestamp": ["2024-12-31", "2024-12-31T08:30:00"],
}


def table(head: str) -> dict[str, list[str]]:
    """The rows of the table with this first column, by their first cell."""
    lines = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first.strip("`"): rest for first, *rest in cells}


def test_it_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["mlops-spec", "explain", "predict"])

    assert program() == 0
    assert capsys.readouterr().out == PAGE


def test_every_task_type_and_format_is_told() -> None:
    assert list(table("`task`")) == list(TASKS)
    assert {*table("type")} == {*get_args(Column.model_fields["type"].annotation)}
    assert list(table("`train.format`")) == list(FORMATS)


@pytest.mark.parametrize("task", TASKS)
def test_a_task_takes_the_shape_that_is_told_and_no_other(task: str) -> None:
    returns, served = table("`task`")[task]
    shape = (4, 3) if "(rows, classes)" in returns else (4,)
    good, other = np.full(shape, 1 / 3), np.full((4, 3) if shape == (4,) else (4,), 1 / 3)
    if TASKS[task].answer.holds == "text":
        good = other = np.full(shape, "Kyōto")

    assert check_output(good, 4, TASKS[task].answer, 3).shape == shape
    with pytest.raises(Failure) as refused:
        check_output(other if TASKS[task].answer.numbers else other[:3], 4, TASKS[task].answer, 3)
    told = returns.replace("rows", "4").replace("classes", "3")
    assert told in refused.value.remedy
    output = output_of(TASKS[task], 3)
    assert served == f"`{output.name}`, {output.datatype} [rows{', classes' * (len(shape) - 1)}]"


@pytest.mark.parametrize("type_", VALUES)
@pytest.mark.parametrize("missing", [False, True])
def test_a_column_reaches_training_and_predict_as_is_told(type_: str, missing: bool, tmp_path: Path) -> None:
    frame_type, missing_type, datatype = (cell.strip("`") for cell in table("type")[type_])
    values = pd.Series([*VALUES[type_], *([None] if missing else [])], dtype=object, name="x")

    TYPES[type_].kept(values).to_frame().to_parquet(tmp_path / "x.parquet", index=False)
    trained = pd.read_parquet(tmp_path / "x.parquet")
    tensor = _input("x", pa.Schema.from_pandas(trained).field("x").type)

    for frame in (trained, model_frame(trained, [tensor])):
        assert str(frame["x"].dtype) == (missing_type if missing else frame_type)
    if not missing:
        assert tensor.datatype == datatype


def test_kinds_and_measures_of_files_are_told_as_they_are() -> None:
    section = PAGE[PAGE.index("## Files that rows name") : PAGE.index("## What becomes")]
    files = Files(root="data/images", column="file", kinds=["png"])
    (listed,) = re.findall(r"told by its bytes: (.*?)\. One", section, re.DOTALL)

    assert tuple(re.findall(r"`(\w+)`", listed)) == get_args(FileKind)
    assert tuple(re.findall(r"`(file\.\w+)`", section)) == files.measures
    assert re.findall(r"\((\d+) MB\)", section) == [str(size_in_bytes(files.max) // 10**6)]


def test_a_file_reaches_predict_as_is_told() -> None:
    tensor = Tensor(name="file", datatype="BYTES", shape=(-1,), file=True)
    body = {"inputs": [{"name": "file", "datatype": "BYTES", "shape": [2], "data": ["aGk=", None]}]}

    request = parse(json.dumps(body).encode(), {"file": tensor})
    frame = model_frame(pd.DataFrame(arrays([request], {"file": tensor})), [tensor])

    assert str(frame["file"].dtype) == "object"
    assert frame["file"].tolist() == [b"hi", None]


@pytest.mark.parametrize("format_", FORMATS)
def test_who_loads_a_format_is_told(format_: str, tmp_path: Path) -> None:
    recipe = Recipe(
        task="regression", format=format_, predictor=None, trusted_types=(), positive=None, classes=(), inputs=()
    )

    with pytest.raises(Failure) as refused:
        load(recipe, tmp_path, tmp_path)

    needs_predictor = "needs `train.predictor`" in refused.value.message
    assert needs_predictor == (table("`train.format`")[format_][1] == "your predictor")


def test_every_key_that_it_names_is_one() -> None:
    for path in re.findall(r"`((?:train|data|serve)\.[a-z_.]+)`", PAGE):
        assert find(path)
