"""The life of an environment that scores in a bucket: SeaweedFS, whose deliveries and refusals are those of S3."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops_spec.deploy.status import look
from mlops_spec.rehearse.bucket import Account, serving

from .test_batch import Nightly, day, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import World

pytestmark = pytest.mark.slow

BUCKET, REGION = "acme-lake", "eu-central-1"
_FULL = b"<?xml version='1.0'?><Error><Code>InsufficientStorage</Code><Message>The disk is full</Message></Error>"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with serving(tmp_path_factory.mktemp("bucket"), Account(BUCKET, REGION, "http://127.0.0.1:1")) as found:
        yield found


@dataclass
class Lake(Nightly):
    """A prefix of the bucket, where deliveries come in and scores go."""

    bucket: Any
    prefix: str

    def want(self, **changes: Any) -> None:
        root = f"s3://{BUCKET}/{self.prefix}"
        super().want(**{"input": f"{root}/in/{{date}}/*.parquet", "output": f"{root}/out/{{date}}/"} | changes)

    def put(self, key: str, content: bytes) -> None:
        self.bucket.client().put_object(Bucket=BUCKET, Key=f"{self.prefix}/{key}", Body=content)

    def get(self, key: str) -> bytes:
        found: bytes = self.bucket.client().get_object(Bucket=BUCKET, Key=f"{self.prefix}/{key}")["Body"].read()
        return found

    def bring(self, table: pa.Table, when: str, name: str = "a") -> None:
        content = io.BytesIO()
        pq.write_table(table, content)
        self.put(f"in/{when}/{name}.parquet", content.getvalue())

    def files(self, when: str = "") -> dict[str, bytes]:
        """By name; a key that ends with a slash is a folder's mark, not a file."""
        head = f"{self.prefix}/out/{when or day()}/"
        every: list[str] = self.bucket.keys()
        names = [key.removeprefix(head) for key in every if key.startswith(head)]
        return {name: self.get(f"out/{when or day()}/{name}") for name in names if name and not name.endswith("/")}

    def manifest(self, when: str = "") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files(when)["_manifest.json"])
        return found

    def whole(self, when: str = "") -> bool:
        """Whether the folder holds what its manifest names, and nothing else."""
        files, manifest = self.files(when), self.manifest(when)
        table = pq.read_table(io.BytesIO(files[manifest["predictions"]["name"]]))
        return table.num_rows == manifest["rows"] and files.keys() == {
            "_manifest.json",
            manifest["predictions"]["name"],
        }


@pytest.fixture
def lake(bucket: Any, world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Lake:
    for name, value in bucket.owner.items():
        monkeypatch.setenv(name, value)
    # as if the first version had been live for weeks
    monkeypatch.setattr("mlops_spec.deploy.one_model.first_live", lambda *_: datetime.now(UTC) - timedelta(days=30))
    made = Lake(world, bucket, request.node.name.replace("_", "-"))
    made.want(catch_up="3d")
    world.main({"deploy/nightly.yaml": b"environment: nightly\nmodel: demo\nfollow: registered\n"})
    return made


def test_days_are_scored_caught_up_refused_and_found_late(lake: Lake) -> None:
    lake.bring(rows(), day(2))
    newer = rows(seed=1).rename_columns(["id", "age_in_years", "limit", "education", "married"])
    lake.bring(newer, day(1))
    lake.bring(rows(seed=2), day())
    lake.put(f"in/{day()}/b.parquet", b"PAR1 half of a file")

    assert lake.live("v1.0.0").action == "unscored"

    assert lake.whole(day(2))
    assert (lake.files(day(1)), lake.files()) == ({}, {})
    said = {each.why.text.partition(":")[0]: each.why.text for each in lake.outcomes() if each.result == "failed"}
    assert "it lacks `age`" in said[day(1)]
    assert "half written" in said[day()]

    lake.bring(rows(seed=1), day(1))  # the mended one
    lake.bring(rows(seed=3), day(), "b")
    before = lake.files(day(2))
    done = lake.one_pass(day(1), day())
    assert done.action == "scored"
    assert (lake.files(day(2)), lake.whole(day(1)), lake.manifest()["rows"]) == (before, True, 800)
    lake.world.git.fetch_main()
    *_, standing = look(lake.world.git, None)[1]
    assert (standing.live_version, standing.problems) == ("v1.0.0", ())


def test_what_lies_there_already_is_not_written_over(lake: Lake) -> None:
    lake.bring(rows(), day())
    lake.put(f"out/{day()}/report.csv", b"somebody's")

    done = lake.live("v1.0.0")

    assert (done.action, lake.files()) == ("unscored", {"report.csv": b"somebody's"})
    assert "report.csv, which mlops-spec did not write" in done.reason


def test_a_store_that_is_full_leaves_the_old_scores_and_says_nothing_of_the_delivery(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.want(catch_up="1d")
    lake.bring(rows(), day())
    lake.live("v1.0.0")
    before, records = lake.files(), len(lake.outcomes())
    lake.bring(rows(seed=9), day())

    with full(lake.bucket.url) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
        done = lake.one_pass(day())

    assert done.action == "unscored"
    assert "can't be written" in done.reason
    assert (lake.files(), len(lake.outcomes())) == (before, records)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", lake.bucket.url)
    assert lake.one_pass(day()).action == "scored"
    assert lake.whole()


def test_who_is_killed_amid_an_upload_leaves_the_old_scores(lake: Lake) -> None:
    lake.want(catch_up="1d")
    lake.bring(rows(), day())
    lake.live("v1.0.0")
    before = lake.files()
    lake.bring(large(), day())

    assert killed_amid_upload(lake)

    assert lake.files() == before
    assert lake.one_pass(day()).action == "scored"
    assert (lake.whole(), lake.manifest()["rows"]) == (True, 400_000)


def large() -> pa.Table:
    """Rows whose names alone are more than an upload sends in one part."""
    table = rows(400_000)
    names = pa.array([f"{os.urandom(16).hex()}-{number}" for number in range(table.num_rows)])
    return table.set_column(0, "id", names)


def killed_amid_upload(lake: Lake) -> bool:
    """Takes the power from a pass when the store has an upload of it that is not at its end; False: it had ended."""
    client, head = lake.bucket.client(), f"{lake.prefix}/out/"
    options = ["--repository", str(lake.world.root / "origin.git"), "--state", str(lake.world.state)]
    command = [sys.executable, "-P", "-m", "mlops_spec", "score", "nightly", "--day", day(), *options]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        if any(
            each["Key"].startswith(head) for each in client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ())
        ):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.005)
    return False


@contextmanager
def full(url: str) -> Iterator[str]:
    """The store as it answers when its disk is full: what is there can be read, and nothing be put."""
    host = url.removeprefix("http://")

    class Full(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            with closing(HTTPConnection(host, timeout=30)) as connection:
                connection.request(self.command, self.path, headers=dict(self.headers.items()))
                answer = connection.getresponse()
                self._answer(answer.status, answer.read(), answer.getheaders())

        def _refuse(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(507, _FULL, [("Content-Type", "application/xml")])

        def _answer(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
            self.send_response(status)
            length = dict(headers).get("Content-Length") if self.command == "HEAD" else len(content)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(length or 0))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = _pass_on  # noqa: N815 - the names that the server looks for
        do_PUT = do_POST = _refuse  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Full) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
