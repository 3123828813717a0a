"""Data files as they come, and as nobody would want them, through the stage `split` and what looks at its rows after.

Whatever a file holds, it is split, or refused by a message: nothing else may be raised, which would be exit 70. `python
tests/fuzz/data.py --cases 100000` plays as many.
"""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))

from campaign import campaign

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.gates.perturb import perturb
from mlops_spec.package.input_contract import InputContract, contract_of
from mlops_spec.package.predictor.frame import model_frame
from mlops_spec.pipeline.giveaways import near_rows, revealing_features
from mlops_spec.pipeline.reference import reference_of_file
from mlops_spec.pipeline.signature import features, signature_of
from mlops_spec.pipeline.split import split
from mlops_spec.pipeline.trained_rows import seen, trained_rows
from mlops_spec.spec import Spec
from mlops_spec.spec.gates.robustness import RobustnessGate
from mlops_spec.targets.local.serve.outside import outside
from mlops_spec.targets.local.serve.tensors import arrays, parse

if TYPE_CHECKING:
    from mlops_spec.package.manifest import Tensor

WORDS = (
    *("", "NA", "nan", "?", "null", "None", " ", "0", "1", "-1", "007", "3.5", "1e400", "-inf", "1,5", "1.234,5"),
    *("1000000000000000000000000", "9223372036854775808", "0x1F", "1_000", "true", "False", "TRUE", "yes", " >50K"),
    *("a\u00a0b", "Ko\u0308ln", "Köln", "\u200b", "\ufeffid", "a\nb", 'a"b', "a,b", "2024-01-01", "31/12/2024"),
    *("2024-03-31T02:30:00+02:00", "2024-03-31T02:30:00", "2024-03-30 01:00Z", "12:30", "0000-01-01", "yesterday"),
    *("99999-01-01", "1e5", "x" * 300, "🙂", "<b>", "=1+1", "-0.0"),
)
TYPES = ("integer", "number", "category", "boolean", "string", "timestamp")
TASKS = {"binary-classification": "roc_auc", "multiclass-classification": "accuracy", "regression": "r2"}


def _column(draw: random.Random, rows: int) -> list[str]:
    kinds: tuple[Any, ...] = (
        str,
        lambda row: str(draw.randint(0, 5)),
        lambda row: f"{draw.random():.3f}",
        lambda row: draw.choice("abc"),
        lambda row: draw.choice(WORDS),
        lambda row: f"2024-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}" + draw.choice(("", "T10:00:00+01:00")),
        lambda row: draw.choice(("true", "false")),
    )
    kind = draw.choice(kinds)
    odd = draw.choice((0.0, 0.0, 0.02, 0.5))
    return [draw.choice(WORDS) if draw.random() < odd else kind(row) for row in range(rows)]


def _csv(draw: random.Random, table: dict[str, list[str]]) -> bytes:
    delimiter = draw.choice((",",) * 40 + (";", "\t"))
    frame = pd.DataFrame(table)
    text = frame.to_csv(index=draw.random() < 0.02, sep=delimiter, lineterminator=draw.choice(("\n", "\n", "\r\n")))
    content = text.encode(draw.choice(("utf-8",) * 60 + ("utf-8-sig", "utf-16", "latin-1")), errors="replace")
    lines = content.split(b"\n")
    match draw.randint(0, 40):
        case 0:
            content = b"\n".join([lines[0], *(line + b"," for line in lines[1:])])
        case 1:
            content = content.replace(lines[0], lines[0] + b"," + lines[0].split(b",")[0], 1)
        case 2:
            content = b"A report\n\n" + content
        case 3:
            content = content[: draw.randint(0, len(content))]
        case 4:
            place = draw.randint(0, len(content))
            content = content[:place] + draw.choice((b'"', b"\0", b"\xff", b"\r", b",", b"\n")) + content[place:]
        case 5:
            content = draw.choice(
                (b"", b"\n", b"version https://git-lfs.github.com/spec/v1\n", b"<!DOCTYPE html>", b"PK\3\4")
            )
        case 6:
            content = b"\n".join([lines[0], lines[0], *lines[1:]])
    return content


def _parquet(draw: random.Random, table: dict[str, list[str]]) -> bytes:
    rows = len(next(iter(table.values())))
    made: dict[str, pa.Array] = {}
    for name, texts in table.items():
        choices: tuple[Any, ...] = (
            lambda texts=texts: pa.array(texts),
            lambda texts=texts: pa.array([None if draw.random() < 0.1 else text for text in texts]),
            lambda: pa.array([draw.randint(0, 9) for _ in range(rows)]),
            lambda: pa.array([draw.random() for _ in range(rows)], pa.float32()),
            lambda: pa.array([draw.choice((True, False, None)) for _ in range(rows)]),
            lambda: pa.array([[1, 2]] * rows),
            lambda: pa.array([{"a": 1}] * rows),
            lambda: pa.array([b"\xff"] * rows),
            lambda: pa.array([decimal.Decimal("1.50")] * rows),
            lambda: pa.array([dt.date(2024, 1, draw.randint(1, 28)) for _ in range(rows)]),
            lambda: pa.array([draw.randint(0, 2**60) for _ in range(rows)], pa.timestamp("ns", "Europe/Berlin")),
            lambda: pa.array([draw.randint(0, 2**32) for _ in range(rows)], pa.timestamp("s")),
            lambda: pa.array([dt.time(10, 30)] * rows),
            lambda: pa.array([dt.timedelta(seconds=row) for row in range(rows)]),
            lambda: pa.array([None] * rows),
            lambda: pa.array([2**64 - 1 - draw.randint(0, 3) for _ in range(rows)], pa.uint64()),
            lambda texts=texts: pa.array(texts).dictionary_encode(),
            lambda: pa.array([draw.randint(0, 3) for _ in range(rows)]).dictionary_encode(),
            lambda: pa.array(np.array([1.5, np.nan] * rows, dtype=np.float16)[:rows]),
        )
        made[name] = draw.choice(choices[:5] * 6 + choices)() if name not in ("id", "y") else choices[0]()
    names, arrays = list(made), list(made.values())
    if draw.random() < 0.05:
        names, arrays = [*names, names[0]], [*arrays, arrays[0]]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=names), out)
    content = out.getvalue()
    return content[: draw.randint(0, len(content))] if draw.random() < 0.05 else content


def case(seed: int) -> tuple[bytes, dict[str, Any]]:
    """A data file's bytes and the spec for it."""
    draw = random.Random(seed)
    names = draw.sample(("x", "sex", "at", "who", "größe", "a b"), draw.randint(1, 5))
    names = [name for name in ("id", *names, "y") if draw.random() < 0.98]
    rows = draw.choice((0, 2, 30, 60, 60, 90))
    table = {name: _column(draw, rows) for name in names or ["x"]}
    if draw.random() < 0.9 and "y" in table:
        table["y"] = [draw.choice("01") for _ in range(rows)]
    if draw.random() < 0.9 and "id" in table:
        table["id"] = [str(row) for row in range(rows)]
    task = draw.choice(list(TASKS))
    parquet = draw.random() < 0.4 and rows > 0
    by = draw.choice(("hash", "hash", "hash", "time", "group", "column"))
    data: dict[str, Any] = {"path": "d.parquet" if parquet else "d.csv", "target": "y"}
    if draw.random() < 0.8:
        data["id"] = "id"
    if task == "binary-classification" and draw.random() < 0.4:
        data["positive"] = draw.choice(("1", 1, "a", "NA", True))
    if by != "hash" or draw.random() < 0.2:
        data["split"] = {"by": by, "test": draw.choice((0.1, 0.25, 0.9))} | (
            {"column": draw.choice(list(table))} if by != "hash" else {}
        )
    declared = draw.sample(list(table), min(len(table), draw.randint(0, 2)))
    columns = {name: {"type": draw.choice(TYPES)} for name in declared}
    for column in columns.values():
        if column["type"] == "category" and draw.random() < 0.5:
            column["values"] = [draw.choice(("NA", "a", 1)), "b", "c"]
    data["contract"] = {"columns": columns}
    if draw.random() < 0.2:
        data["derive"] = {"band": {"from": draw.choice(list(table)), "bins": [0, 2, 100]}}
    spec = {
        "spec": 1,
        "model": "m",
        "task": task,
        "owners": ["@a"],
        "data": data,
        "train": {"run": "x"},
        "gates": [{"metric": TASKS[task], "min": 0.1}],
    }
    return (_parquet if parquet else _csv)(draw, table), spec


def play(seed: int, folder: Path) -> str:
    """Empty when the case is split or refused; else what was raised."""
    content, record = case(seed)
    spec = Spec.model_validate(record)
    path = folder / record["data"]["path"]
    path.write_bytes(content)
    try:
        split(folder, spec, path)
        _look(folder, spec)
    except Failure as failure:
        return "" if failure.exit_code != 70 and failure.message else "a Failure that says nothing"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _look(folder: Path, spec: Spec) -> None:
    """What the later stages and the gates make of the rows."""
    train, test = (pd.read_parquet(folder / path) for path in (model_folder.TRAIN_ROWS, model_folder.TEST_ROWS))
    signature = signature_of(spec, folder / model_folder.TRAIN_ROWS, 2)
    reference_of_file(folder / model_folder.TRAIN_ROWS, features(spec, [str(name) for name in train.columns]))
    _served(model_frame(test, signature.inputs), signature.inputs, contract_of(spec, features(spec, list(train))))
    seen(trained_rows(spec.data, folder / model_folder.TRAIN_ROWS, list(train.columns)), test)
    near_rows(spec.data, train, test)
    for look in (
        lambda: revealing_features(spec, train),
        lambda: perturb(
            RobustnessGate.model_validate({"robustness": "missing", "metric": "r2", "max_drop": 0.1, "rate": 0.1}),
            [tensor.name for tensor in signature.inputs],
            test,
            train,
            1,
        ),
    ):
        try:
            look()
        except ValueError:
            continue  # the gate says so


def _served(frame: pd.DataFrame, inputs: tuple[Tensor, ...], contract: InputContract | None) -> None:
    """Asked over HTTP for the same rows, a model is shown the same frame; JSON has no infinity."""
    if np.isinf(frame.select_dtypes("float")).to_numpy().any():
        return
    named = {tensor.name: tensor for tensor in inputs}
    columns = {name: [_told(value, named[name].datatype) for value in frame[name]] for name in named}
    tensors = [
        {"name": name, "datatype": named[name].datatype, "shape": [len(frame)], "data": values}
        for name, values in columns.items()
    ]
    request = parse(json.dumps({"inputs": tensors}).encode(), named)
    outside(request.columns, contract.columns if contract is not None else {})
    shown = model_frame(pd.DataFrame(arrays([request], named), copy=False), inputs)
    pd.testing.assert_frame_equal(shown, frame.reset_index(drop=True), check_exact=True)


def _told(value: Any, datatype: str) -> Any:
    """A value as JSON has it: beside a missing one, whole numbers and truth values are decimals in a frame."""
    if pd.isna(value):
        return None
    if datatype in {"BOOL", "INT64"}:
        return bool(value) if datatype == "BOOL" else int(value)
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value


def _chunk(seeds: range) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return [f"seed {seed}: {wrong}" for seed in seeds if (wrong := play(seed, Path(folder)))]


def main() -> int:
    """Tells every case that was neither split nor refused; 1 if there was one."""
    played, seconds = campaign(__doc__ or "", _chunk, cases=10_000, chunk=100, tell=50)
    wrong = [each for chunk in played for each in chunk]
    print(*wrong[:50], sep="\n")
    print(f"{len(wrong)} neither split nor refused, {seconds:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
