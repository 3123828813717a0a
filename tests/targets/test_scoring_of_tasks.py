"""A day's scores of each task, and of files: what is written, how two versions compare, what is read again."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops_spec.errors import Failure
from mlops_spec.package.input_contract import Bounds, InputContract
from mlops_spec.package.manifest import Tensor
from mlops_spec.package.on_disk import digest
from mlops_spec.package.shift import distance
from mlops_spec.targets.batch.compare import compare
from mlops_spec.targets.batch.score import score
from mlops_spec.targets.batch.work import Places, Work
from mlops_spec.targets.batch.written import written
from mlops_spec.targets.live import Served

if TYPE_CHECKING:
    from mlops_spec.spec.tasks import TaskName

_found = importlib.util.spec_from_file_location("task_packages", Path(__file__).parent.parent / "serve/conftest.py")
assert _found is not None
assert _found.loader is not None
_packages = importlib.util.module_from_spec(_found)
sys.modules[_found.name] = _packages
_found.loader.exec_module(_packages)

DAY = "2026-11-29"
INPUTS = (Tensor(name="size", datatype="FP64", shape=(-1,)), Tensor(name="query", datatype="BYTES", shape=(-1,)))
MOMENTS = (*INPUTS, Tensor(name="hour", datatype="BYTES", shape=(-1,), timestamp=True))


class Case(NamedTuple):
    """A task, what its model answers by the column `size`, and the columns that are written."""

    task: TaskName
    classes: tuple[Any, ...]
    answer: str
    columns: tuple[str, ...]
    inputs: tuple[Tensor, ...] = INPUTS


CASES = (
    Case("multiclass-classification", ("a", "b"), "numpy.column_stack([size, 1 - size])", (
        "probabilities_a", "probabilities_b", "decision",
    )),
    Case("multilabel-classification", ("wet", "cold", "late"), "numpy.column_stack([size, size / 2, 1 - size])", (
        "probabilities_wet", "probabilities_cold", "probabilities_late",
    )),
    Case("regression", (), "size * 100", ("value",)),
    Case("regression", ("price", "days"), "numpy.column_stack([size * 1e6, size])", ("value_price", "value_days")),
    Case("ranking", (), "size - 0.5", ("score",)),
    Case("forecasting", (), "size + frame['hour'].dt.hour.to_numpy()", ("forecast",), MOMENTS),
    Case("forecasting", ("q0.1", "q0.5", "q0.9"), "numpy.column_stack([size - 1, size, size * 3])", (
        "forecast_q0.1", "forecast_q0.5", "forecast_q0.9",
    )),
    Case("generation", (), "[f'{query} is {each}' for each, query in zip(size.tolist(), frame['query'])]", ("text",)),
    Case("custom", (), "[{'size': each, 'of': query} for each, query in zip(size.tolist(), frame['query'])]", (
        "answer",
    )),
)  # fmt: skip


def model(answer: str) -> str:
    return f"""
import numpy
def load(folder):
    value = float((folder / "value").read_text())
    def predict(frame):
        size = frame["size"].to_numpy() * value
        return {answer}
    return predict
"""


class Yard(NamedTuple):
    """Folders of deliveries and scores."""

    root: Path

    def version(self, name: str, case: Case, value: float = 1.0, **package: Any) -> Served:
        given = {
            "task": case.task,
            "classes": case.classes,
            "inputs": case.inputs,
            "code": model(case.answer),
        } | package
        made = _packages.make_package(self.root / name, value=value, **given)
        return Served(name, digest(made), str(made))

    @property
    def places(self) -> Places:
        return Places(f"{self.root}/in/{{date}}/*.parquet", f"{self.root}/out/{{date}}")

    def work(self, version: Served) -> Work:
        return Work("score", self.places, "demo", "id", version=version, days=(DAY,))

    def deliver(self, **columns: Any) -> pa.Table:
        count = 300
        draw = np.random.default_rng(0)
        made = {
            "id": [f"c{number:06}" for number in range(count)],
            "size": draw.random(count).round(6),
            "query": [f"q{number // 10}" for number in range(count)],
            "hour": pd.date_range("2026-11-29", periods=count, freq="h", tz="UTC"),
        }
        table = pa.table(made | columns)
        path = self.root / "in" / DAY / "part-0.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        return table

    def scores(self) -> pa.Table:
        said = json.loads((self.root / "out" / DAY / "_manifest.json").read_bytes())
        return pq.read_table(self.root / "out" / DAY / said["predictions"]["name"])


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


@pytest.mark.quick("custom", "regression-2")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.task}-{len(case.classes)}".removesuffix("-0"))
def test_each_tasks_answers_are_written_by_name_and_read_again(yard: Yard, case: Case) -> None:
    version, table = yard.version("v1.0.0", case), yard.deliver()

    said = score(yard.work(version))

    found = yard.scores()
    assert tuple(found.schema.names) == ("id", *case.columns)
    assert found["id"].to_pylist() == table["id"].to_pylist()
    assert (said["rows"], said["refused"]) == (300, 0)
    (read,) = written(yard.places, version.digest, [DAY], [each.name for each in case.inputs], 100)
    assert read.names == tuple(table["id"].to_pylist()[:100])
    assert len(read.scores) == 100
    first = table["size"][0].as_py()
    match case.task:
        case "custom":
            assert json.loads(found["answer"][0].as_py()) == {"size": first, "of": "q0"}
            assert json.loads(read.scores[0]) == {"size": first, "of": "q0"}
        case "generation":
            assert found["text"][0].as_py() == read.scores[0] == f"q0 is {first}"
        case "regression" if case.classes:
            assert found["value_price"][0].as_py() == pytest.approx(first * 1e6)
            assert read.scores[0].tolist() == pytest.approx([first * 1e6, first])
        case "forecasting" if case.classes:
            assert [found[name][0].as_py() for name in case.columns] == pytest.approx([first - 1, first, first * 3])
            assert read.scores[0].tolist() == pytest.approx([first - 1, first, first * 3])
        case "forecasting":
            assert found["forecast"][25].as_py() == pytest.approx(table["size"][25].as_py() + 1)
        case "multilabel-classification":
            assert read.scores[0].tolist() == pytest.approx([first, first / 2, 1 - first])
        case _:
            assert found[case.columns[0]][0].as_py() == pytest.approx(
                eval(case.answer, {"numpy": np, "size": np.array([first])}).flat[0]
            )


@pytest.mark.quick("custom", "regression-2")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.task}-{len(case.classes)}".removesuffix("-0"))
def test_two_versions_of_each_task_are_compared(yard: Yard, case: Case) -> None:
    table = yard.deliver()
    old, new = yard.version("v1.0.0", case), yard.version("v1.1.0", case, value=0.5)

    said = compare(replace(yard.work(new), kind="compare", version=old, rival=new))

    assert said["new"]["errors"] == 0
    assert (said["old"]["requests"], said["new"]["requests"]) == (300, 300)
    if case.task in ("custom", "generation"):
        assert said["new"]["mean_score"] is None
        assert said["new"]["compared"] == 0
    else:
        assert said["new"]["compared"] == 300
        assert said["old"]["bins"] != said["new"]["bins"]
        decides = case.task in ("multiclass-classification", "multilabel-classification")
        sizes = table[
            "size"
        ].to_numpy()  # of which the new version sees half: what it halves below 0.5 is decided otherwise
        assert said["new"]["disagreed"] == (int(np.sum((sizes >= 0.5) & (sizes < 1))) if decides else None)


FILES = (Tensor(name="file", datatype="BYTES", shape=(-1,), file=True),)
LENGTH = """
def load(folder):
    return lambda frame: [min(len(each) / 1000, 1) for each in frame["file"]]
"""


def png() -> bytes:
    """A grey pixel."""
    header = (b"IHDR", struct.pack("!2I5B", 1, 1, 8, 0, 0, 0, 0))
    chunks = (header, (b"IDAT", zlib.compress(bytes(2))), (b"IEND", b""))
    whole = (
        struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


PNG = png()


def test_files_come_as_bytes_and_a_broken_one_is_set_aside(yard: Yard) -> None:
    case = Case("binary-classification", (0, 1), "", (), FILES)
    contract = InputContract(answer="reject", columns={"file": Bounds(kinds=("png",), most_bytes=1000, required=True)})
    version = yard.version("v1.0.0", case, code=LENGTH, contract=contract)
    files = [PNG] * 300
    files[1], files[2], files[3] = PNG[:40], b"GIF89a", PNG + bytes(1000)
    yard.deliver(file=files)

    said = score(replace(yard.work(version), max_refused=0.05))

    assert (said["rows"], said["refused"]) == (297, 3)
    assert yard.scores()["probability"].to_pylist() == [len(PNG) / 1000] * 297
    (aside,) = (yard.root / "out" / DAY).glob("_refused-*.jsonl")
    told = [json.loads(line) for line in aside.read_text().splitlines()]
    assert [each["row"] for each in told] == [1, 2, 3]
    assert ["whole file" in each["reasons"][0] for each in told] == [True, True, False]
    assert "at most 1,000 bytes" in told[2]["reasons"][0]
    assert [each["values"]["file"] for each in told] == [
        {"bytes": len(each), "sha256": hashlib.sha256(each).hexdigest()} for each in files[1:4]
    ]


def test_a_delivery_that_names_files_instead_of_holding_them_is_refused(yard: Yard) -> None:
    case = Case("binary-classification", (0, 1), "", (), FILES)
    version = yard.version("v1.0.0", case, code=LENGTH)
    yard.deliver(file=[f"cats/{number:04}.png" for number in range(300)])

    with pytest.raises(Failure, match=r"`file` is string, and the model takes the bytes of files"):
        score(yard.work(version))


@pytest.mark.parametrize(
    ("task", "classes", "right", "wrong"),
    [
        ("regression", ("price", "days"), "[size * 1e6, size]", "[size * 1e6, size * 0.2]"),
        ("multilabel-classification", ("wet", "late"), "[0.9 + size / 10, size / 2]", "[0.9 + size / 10, size / 8]"),
    ],
)
def test_one_target_that_moves_alone_is_told(yard: Yard, task: TaskName, classes: Any, right: str, wrong: str) -> None:
    """The other one is far greater: by the greatest number of a row nothing moves."""
    yard.deliver()
    case, other = (Case(task, classes, f"numpy.column_stack({each})", ()) for each in (right, wrong))
    old, new = yard.version("v1.0.0", case), yard.version("v1.1.0", other)

    said = compare(replace(yard.work(new), kind="compare", version=old, rival=new))

    assert distance(said["old"]["bins"], said["new"]["bins"]) > 0.5
    assert said["old"]["mean_score"] < 0.6
