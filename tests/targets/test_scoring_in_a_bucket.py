"""The scoring of a day in a bucket that speaks S3, with sign-in: SeaweedFS."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse.bucket import Account, serving
from mlops_spec.targets.batch.beside import hear, tell
from mlops_spec.targets.batch.score import score
from mlops_spec.targets.batch.work import Places, Work
from mlops_spec.targets.batch.written import written

from .test_scoring import DAY, Yard, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

BUCKET, REGION = "acme-models", "eu-central-1"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with serving(tmp_path_factory.mktemp("bucket"), Account(BUCKET, REGION, "http://127.0.0.1:1")) as found:
        yield found


@pytest.fixture
def lake(bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """A prefix of the bucket for each test, and the owner's key in the environment."""
    for name, value in bucket.owner.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return Lake(bucket, Yard(tmp_path), request.node.name.replace("_", "-"))


class Lake:
    def __init__(self, bucket: Any, yard: Yard, prefix: str) -> None:
        self.bucket, self.yard, self.prefix = bucket, yard, prefix
        root = f"s3://{BUCKET}/{prefix}"
        self.places = Places(f"{root}/in/{{date}}/*.parquet", f"{root}/out/{{date}}/", bucket.url, REGION)

    def work(self, version: Any, **changes: Any) -> Work:
        return self.yard.work(version, **{"places": self.places} | changes)

    def deliver(self, table: Any, name: str = "a") -> None:
        self.put(f"in/{DAY}/{name}.parquet", self.yard.deliver(table, name).read_bytes())

    def put(self, key: str, content: bytes) -> None:
        self.bucket.client().put_object(Bucket=BUCKET, Key=f"{self.prefix}/{key}", Body=content)

    def read(self, key: str) -> bytes:
        found: bytes = self.bucket.client().get_object(Bucket=BUCKET, Key=f"{self.prefix}/{key}")["Body"].read()
        return found

    def written(self) -> list[str]:
        """What lies among the scores; a key that ends with a slash is a folder's mark, not a file."""
        head, every = f"{self.prefix}/out/", self.bucket.keys()
        return [key.removeprefix(head) for key in every if key.startswith(head) and not key.endswith("/")]


def test_a_delivery_is_scored_once_and_read_again(lake: Lake) -> None:
    version = lake.yard.version()
    table = rows(5000, age=[7, *([30] * 4999)])
    lake.deliver(table)
    lake.deliver(rows(100, seed=2), "b")

    said = score(lake.work(version, max_refused=0.01))

    manifest = json.loads(lake.read(f"out/{DAY}/_manifest.json"))
    found = pq.read_table(io.BytesIO(lake.read(f"out/{DAY}/{manifest['predictions']['name']}")))
    assert (said["rows"], said["refused"], found.num_rows) == (5099, 1, 5099)
    assert manifest["inputs"][0]["name"] == f"s3://{BUCKET}/{lake.prefix}/in/{DAY}/a.parquet"
    before = lake.written()
    assert score(lake.work(version, max_refused=0.01, again=True))["again"]
    assert lake.written() == before

    (day,) = written(lake.places, version.digest, [DAY], ["age", "limit"], 200_000)
    assert day.names[:2] == ("c0-000001", "c0-000002")
    assert day.scores.tolist() == found["probability"].to_pylist()
    assert day.inputs["limit"].tolist()[:2] == table["limit"].to_pylist()[1:3]


def test_what_is_live_is_told_beside_the_scores(lake: Lake) -> None:
    version = lake.yard.version()

    tell(lake.work(version, kind="tell", since="2026-11-01T00:00:00+00:00"))

    heard = hear(lake.work(version, kind="hear"))
    assert (heard["version"], heard["digest"]) == ("v1.0.0", version.digest)
    assert heard["late"] == [f"{DAY} is not scored"]


def test_a_bad_delivery_leaves_nothing(lake: Lake) -> None:
    version = lake.yard.version()
    with pytest.raises(Failure, match="no file"):
        score(lake.work(version))
    lake.deliver(rows())
    lake.put(f"in/{DAY}/b.parquet", b"PAR1 half")

    with pytest.raises(Failure, match="half written") as refused:
        score(lake.work(version))

    assert (refused.value.exit_code, lake.written()) == (Exit.FINDINGS, [])


def test_a_model_that_fails_midway_leaves_nothing(lake: Lake) -> None:
    lake.deliver(rows(300_000))
    code = "import numpy\ncalls = []\ndef load(f):\n  def p(x):\n    calls.append(1)\n    assert len(calls) < 3\n"
    code += "    return numpy.zeros(len(x))\n  return p\n"

    with pytest.raises(Failure, match="AssertionError"):
        score(lake.work(lake.yard.version(code=code)))

    assert lake.written() == []


def test_who_may_not_write_is_told_so(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.deliver(rows())
    for name, value in lake.bucket.reader.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)

    with pytest.raises(Failure, match="can't be written") as refused:
        score(lake.work(lake.yard.version()))

    assert (refused.value.exit_code, lake.written()) == (Exit.CONFIG, [])


def test_a_store_that_does_not_answer_is_no_word_about_the_delivery(lake: Lake) -> None:
    places = Places(lake.places.input, lake.places.output, "http://127.0.0.1:9", REGION)

    with pytest.raises(Failure) as away:
        score(lake.work(lake.yard.version(), places=places))

    assert away.value.exit_code == Exit.UNAVAILABLE
