"""The scoring of one day: what is written, and what is refused before anything is."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.input_contract import Bounds, InputContract
from mlops_spec.package.on_disk import digest
from mlops_spec.package.score_bins import of_probability, of_value
from mlops_spec.targets.batch import score as scoring
from mlops_spec.targets.batch.compare import bins_of, compare
from mlops_spec.targets.batch.outside import reasons, rows_of
from mlops_spec.targets.batch.score import score
from mlops_spec.targets.batch.work import Places, Work
from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.outside import outside

_found = importlib.util.spec_from_file_location("batch_packages", Path(__file__).parent.parent / "serve/conftest.py")
assert _found is not None
assert _found.loader is not None
_packages = importlib.util.module_from_spec(_found)
sys.modules[_found.name] = _packages
_found.loader.exec_module(_packages)

DAY = "2026-11-29"
# A model whose answer is of its rows, so that each row's score can be told.
CODE = """
import numpy
def load(folder):
    value = float((folder / "value").read_text())
    print("what a model prints is no answer")
    return lambda frame: numpy.clip(frame["limit"].to_numpy() * value, 0, 1)
"""
CONTRACT = InputContract(
    answer="reject",
    columns={
        "age": Bounds(type="integer", min=18, max=120),
        "limit": Bounds(required=True),
        "education": Bounds(values=("school", "university")),
    },
)


def rows(count: int = 300, seed: int = 0, **columns: Any) -> pa.Table:
    """Rows of a delivery; columns may be put in the place of those that there are, None leaves one out."""
    draw = np.random.default_rng(seed)
    made: dict[str, Any] = {
        "id": [f"c{seed}-{number:06}" for number in range(count)],
        "age": draw.integers(18, 90, count),
        "limit": draw.random(count).round(6),
        "education": draw.choice(["school", "university"], count),
        "married": draw.random(count) < 0.5,
    }
    return pa.table({name: value for name, value in (made | columns).items() if value is not None})


@dataclass
class Yard:
    """Folders of deliveries and scores, and a version that scores."""

    root: Path

    def version(self, name: str = "v1.0.0", **package: Any) -> Served:
        given = {"value": 0.5, "code": CODE, "contract": CONTRACT} | package
        made = _packages.make_package(self.root / name, **given)
        return Served(name, digest(made), str(made))

    def work(self, version: Served, **changes: Any) -> Work:
        places = Places(f"{self.root}/in/{{date}}/*.parquet", f"{self.root}/out/{{date}}")
        return replace(Work("score", places, "demo", "id", version=version, days=(DAY,)), **changes)

    def deliver(self, table: pa.Table, name: str = "a", **options: Any) -> Path:
        path = self.root / "in" / DAY / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path, **options)
        return path

    @property
    def out(self) -> Path:
        return self.root / "out" / DAY

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.out.glob("*"))} if self.out.is_dir() else {}

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / "_manifest.json").read_bytes())
        return found

    def scores(self) -> pa.Table:
        return pq.read_table(self.out / self.manifest()["predictions"]["name"])


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


def test_parts_are_scored_in_their_order_and_the_manifest_names_everything(yard: Yard) -> None:
    version, one, two = yard.version(), rows(seed=1), rows(200, seed=2)
    paths = [yard.deliver(one, "a"), yard.deliver(two, "b", row_group_size=50)]

    said = score(yard.work(version))

    found, manifest = yard.scores(), yard.manifest()
    every = pa.concat_tables([one, two])
    assert found["id"].to_pylist() == every["id"].to_pylist()
    assert np.array_equal(found["probability"], np.array(every["limit"]) * 0.5)
    assert found["decision"].to_pylist() == ["1" if value >= 0.5 else "0" for value in found["probability"].to_pylist()]
    assert [each["sha256"] for each in manifest["inputs"]] == [
        hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    ]
    assert (manifest["version"], manifest["digest"], manifest["rows"]) == ("v1.0.0", version.digest, 500)
    written = yard.files()[manifest["predictions"]["name"]]
    assert manifest["predictions"]["sha256"] == hashlib.sha256(written).hexdigest()
    assert said["manifest"] == "sha256:" + hashlib.sha256(yard.files()["_manifest.json"]).hexdigest()
    assert (said["rows"], said["refused"], said["again"]) == (500, 0, False)


@pytest.mark.slow
def test_without_a_key_the_part_and_the_row_name_a_row(yard: Yard) -> None:
    yard.deliver(rows(3, id=None), "b")

    score(yard.work(yard.version(), key=None))

    assert yard.scores().select(["part", "row"]).to_pylist() == [{"part": "b.parquet", "row": row} for row in range(3)]


@pytest.mark.slow
def test_it_is_written_once_and_anew_only_for_another_input_or_version_that_was_asked_for(yard: Yard) -> None:
    version = yard.version()
    yard.deliver(rows())
    score(yard.work(version))
    before = {path: path.stat().st_mtime_ns for path in yard.out.iterdir()}

    assert score(yard.work(version))["again"]
    assert score(yard.work(version, again=True))["again"]
    assert score(yard.work(yard.version("v1.1.0", value=0.25)))["again"]  # a new version does not rewrite the past
    assert {path: path.stat().st_mtime_ns for path in yard.out.iterdir()} == before

    assert not score(yard.work(yard.version("v1.2.0", value=0.125), again=True))["again"]
    assert yard.manifest()["version"] == "v1.2.0"
    yard.deliver(rows(10))
    assert not score(yard.work(version, again=True))["again"]
    assert (yard.manifest()["rows"], len(yard.files())) == (10, 2)


def test_rows_outside_are_set_aside_with_their_reasons(yard: Yard) -> None:
    table = rows(100, age=[7, *([30] * 98), 200], education=[*(["school"] * 99), "kindergarten"])
    yard.deliver(table, row_group_size=10)

    said = score(yard.work(yard.version(), max_refused=0.02))

    manifest = yard.manifest()
    lines = [json.loads(line) for line in yard.files()[manifest["refusals"]["name"]].splitlines()]
    assert (said["rows"], said["refused"], yard.scores().num_rows) == (98, 2, 98)
    assert [(line["row"], line["part"], line["values"]["id"]) for line in lines] == [
        (0, "a.parquet", "c0-000000"),
        (99, "a.parquet", "c0-000099"),
    ]
    assert lines[0]["reasons"] == ["`age` must be at least 18 (data.contract.columns.age.min)"]
    assert lines[1]["reasons"] == [
        "`age` must be at most 120 (data.contract.columns.age.max)",
        "`education` must be one of school, university (data.contract.columns.education.values)",
    ]
    assert "c0-000000" not in yard.scores()["id"].to_pylist()


@pytest.mark.quick("too-many", "no-column")
@pytest.mark.parametrize(
    ("table", "what"),
    [
        (
            rows(100, age=[7] * 3 + [30] * 97),
            r"3 of 400 rows are outside .*, 0\.00% may be: `age` must be at least 18 .*",
        ),
        (rows(100, limit=None), "it lacks `limit`"),
        (rows(100, id=None), r"it lacks `id`, which names a row \(data\.id\)"),
        (rows(100, age=[str(age) for age in range(100)]), "`age` is string, and the model takes whole numbers"),
        (rows(100, married=["yes"] * 100), "`married` is string, and the model takes truth values"),
        (rows(100, age=[30.5] * 100), "`age` must be whole"),
        (rows(100, id=[None] * 100).cast(rows(1).schema), r"`id` must not be missing \(data\.id\)"),
        (rows(0).slice(0, 0).cast(rows(1).schema), "no rows"),
    ],
    ids=["too-many", "no-column", "no-key", "texts", "no-truth", "halves", "no-names", "empty"],
)
def test_a_bad_delivery_stops_before_a_row_is_written(yard: Yard, table: pa.Table, what: str) -> None:
    yard.deliver(rows(), "a")
    yard.deliver(table, "b")
    version = yard.version()
    if "no rows" in what:
        (yard.root / "in" / DAY / "a.parquet").unlink()

    with pytest.raises(Failure, match=what) as refused:
        score(yard.work(version, max_refused=0.02 if "3 of" not in what else 0.0))

    assert refused.value.exit_code == Exit.FINDINGS
    assert yard.files() == {}


@pytest.mark.slow
def test_a_half_written_or_missing_file_stops(yard: Yard) -> None:
    version = yard.version()
    with pytest.raises(Failure, match=r"\*\.parquet: no file") as missing:
        score(yard.work(version))
    path = yard.deliver(rows(20_000))
    whole = path.read_bytes()
    found = {}
    for size in (0, 4, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(Failure, match=r"a\.parquet is no Parquet file, or half written") as refused:
            score(yard.work(version))
        found[size] = refused.value.exit_code

    path.write_bytes(whole[:5000] + bytes(3000) + whole[8000:])  # its footer is whole, a page is not
    with pytest.raises(Failure) as damaged:
        score(yard.work(version))

    assert {missing.value.exit_code, damaged.value.exit_code, *found.values()} == {Exit.FINDINGS}
    assert not any(name.startswith(("predictions", "_manifest")) for name in yard.files())


def test_what_is_not_ours_is_left_alone(yard: Yard) -> None:
    version = yard.version()
    yard.deliver(rows())
    yard.out.mkdir(parents=True)
    for name, content in (("report.xlsx", b"1"), ("predictions.parquet", b"1"), ("_manifest.json", b'{"v": 9}')):
        (yard.out / name).write_bytes(content)
        with pytest.raises(Failure, match=str(yard.out)) as refused:
            score(yard.work(version))
        assert (refused.value.exit_code, yard.files()) == (Exit.CONFIG, {name: content})
        (yard.out / name).unlink()

    score(yard.work(version))
    with pytest.raises(Failure, match="the scores of demo, which mlops-spec did not write"):
        score(yard.work(version, model="another"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("def load(folder): return lambda frame: 1 / 0", "ZeroDivisionError"),
        (
            "import numpy\ndef load(folder): return lambda frame: numpy.full(len(frame), numpy.nan)",
            "is NaN or infinite",
        ),
        ("import numpy\ndef load(folder): return lambda frame: numpy.zeros(3)", r"has shape \(3,\)"),
        ("import os\ndef load(folder): return lambda frame: os._exit(9)", "its process ended with"),
        ("def load(folder): raise RuntimeError('no model here')", "no model here"),
    ],
)
def test_a_model_that_fails_writes_nothing(yard: Yard, code: str, what: str) -> None:
    yard.deliver(rows())

    with pytest.raises(Failure, match=what) as refused:
        score(yard.work(yard.version(code=code)))

    assert (refused.value.exit_code, yard.files()) == (Exit.FINDINGS, {})


def test_a_package_that_is_not_the_ledgers_is_not_loaded(yard: Yard) -> None:
    version = yard.version()
    yard.deliver(rows())
    (Path(version.package) / "model/value").write_text("1.0")

    with pytest.raises(Failure, match="value"):
        score(yard.work(version))
    with pytest.raises(Failure, match="is expected"):
        score(yard.work(replace(yard.version("v1.1.0", value=0.25), digest=version.digest)))
    assert yard.files() == {}


@pytest.mark.slow
def test_the_model_sees_no_secret_and_the_agents_environment_stays_outside(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    yard.deliver(rows())
    secret = "float('AWS_SECRET_ACCESS_KEY' in os.environ)"
    code = f"import os, numpy\ndef load(f): return lambda x: numpy.full(len(x), {secret})"

    score(yard.work(yard.version(code=code)))

    assert set(yard.scores()["probability"].to_pylist()) == {0.0}


@pytest.mark.slow
def test_a_full_store_leaves_the_old_scores(yard: Yard) -> None:
    version = yard.version()
    yard.deliver(rows())
    score(yard.work(version))
    before = yard.files()
    yard.deliver(rows(60_000, seed=3))

    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        "from mlops_spec.targets.batch import run; sys.exit(run.main())"
    )
    work = yard.work(version, again=True).text()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(work + "\n")
        process.stdin.flush()
        said = json.loads(process.stdout.readline())

    assert said["exit_code"] == Exit.IO, said
    assert yard.files() == before


@pytest.mark.slow
def test_killed_at_any_moment_the_scores_are_the_old_or_the_new(yard: Yard) -> None:
    version = yard.version()
    yard.deliver(rows())
    score(yard.work(version))
    old = yard.manifest()
    yard.deliver(rows(400_000, seed=3))
    seen = set()
    for wait in (0.5, 1.0, 1.5, 2.0, 2.2, 2.4, 2.6, 2.8, 3.0, 4.0, 8.0):
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mlops_spec.targets.batch.run"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(yard.work(version, again=True).text() + "\n")
        process.stdin.flush()
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdin.close()
        manifest = yard.manifest()
        content = (yard.out / manifest["predictions"]["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == manifest["predictions"]["sha256"]
        assert manifest["rows"] in {300, 400_000}
        seen.add(manifest["rows"])
    assert old["rows"] in seen
    score(yard.work(version, again=True))
    assert yard.manifest()["rows"] == 400_000
    assert len(yard.files()) == 2  # what the killed ones left is swept


def test_two_versions_are_compared_on_the_newest_sound_delivery(yard: Yard) -> None:
    one, two = yard.version(value=1.0), yard.version("v1.1.0", value=0.25)
    broken = yard.version("v1.2.0", code="def load(folder): return lambda frame: 1 / 0")
    table = rows()
    yard.deliver(table)
    work = yard.work(one, kind="compare", days=("2026-11-30", DAY))

    found = compare(replace(work, rival=two))
    limit = np.array(table["limit"])
    assert (found["new"]["requests"], found["new"]["compared"]) == (300, 300)
    assert found["new"]["disagreed"] == int(((limit >= 0.5) != (limit * 0.25 >= 0.5)).sum())
    assert found["new"]["largest_difference"] == pytest.approx(float((limit * 0.75).max()))
    assert sum(count for _, count in found["old"]["bins"]) == 300

    failed = compare(replace(work, rival=broken))["new"]
    assert (failed["requests"], failed["errors"]) == (300, 300)
    nothing = compare(replace(work, rival=two, days=("2026-11-28",)))["new"]
    assert nothing["requests"] == 0


VALUES = st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False), st.integers(-200, 200))


@settings(max_examples=60)
@given(st.lists(VALUES, min_size=1, max_size=30), st.data())
def test_a_batch_refuses_the_rows_that_a_server_would(values: list[Any], data: st.DataObject) -> None:
    bounds = Bounds(
        type=data.draw(st.sampled_from([None, "integer", "boolean"])),
        min=data.draw(st.sampled_from([None, -5, 0.5])),
        max=data.draw(st.sampled_from([None, 3, 99.5])),
        values=data.draw(st.sampled_from([None, ("1", "2"), ("0.5",)])),
        bins=data.draw(st.sampled_from([None, (0, 10)])),
        required=data.draw(st.booleans()),
    )
    floats = [None if value is None else float(value) for value in values]
    served = {row for each in outside({"x": floats}, {"x": bounds}) for row in each.rows}

    frame = pd.DataFrame({"x": pd.Series(floats, dtype="float64")})
    assert set(np.flatnonzero(rows_of(reasons(frame, {"x": bounds}), len(values))).tolist()) == served


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50))
def test_scores_are_counted_in_the_bins_of_a_server(probabilities: list[float], values: list[float]) -> None:
    for scores, one, kind in ((probabilities, of_probability, True), (values, of_value, False)):
        counted: dict[int, int] = {}
        for each in scores:
            counted[one(each)] = counted.get(one(each), 0) + 1
        assert bins_of(np.array(scores), probabilities=kind) == counted


def test_only_names_that_it_gives_are_taken_for_its_own() -> None:
    assert scoring._OURS.fullmatch("predictions-v1.0.0-0123456789abcdef.parquet")
    assert not scoring._OURS.fullmatch("predictions-v1.0.0.parquet")
