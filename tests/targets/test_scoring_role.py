"""The role that `doctor --cloud` writes for who scores gets as far as scoring needs, on a real STS, and no further."""

from __future__ import annotations

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from mlops_spec.platforms.github.doctor.cloud import files
from mlops_spec.rehearse.bucket import Account, Role, serving
from mlops_spec.rehearse.hub.issuer import Issuer
from mlops_spec.spec import Spec
from mlops_spec.targets.batch.beside import hear, tell
from mlops_spec.targets.batch.score import score
from mlops_spec.targets.batch.work import Places

from .test_scoring import DAY, Yard, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

BUCKET, REGION, PREFIX = "acme-lake", "eu-central-1", "repo:acme/demo"
ARNS = {rights: f"arn:aws:iam::123456789012:role/models-{rights}" for rights in ("read", "write", "score")}
ROOT = f"s3://{BUCKET}"
INPUT, OUTPUT = f"{ROOT}/customers/{{date}}/*.parquet", f"{ROOT}/scores/{{date}}/"


def spec() -> Spec:
    nightly = {"target": "batch", "after": "merge", "input": INPUT, "output": OUTPUT, "runner": "ubuntu-24.04"}
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "demo",
            "task": "binary-classification",
            "owners": ["@acme/credit"],
            "storage": {"url": f"{ROOT}/models", "region": REGION, "sign_in": {"aws": ARNS}},
            "data": {"path": "data/demo.csv", "target": "default", "id": "id"},
            "train": {"run": "python -m demo.train"},
            "gates": [{"metric": "roc_auc", "min": 0.7}],
            "environments": {"nightly": nightly},
        }
    )


@pytest.fixture(scope="module")
def issuer() -> Iterator[tuple[str, Issuer]]:
    """GitHub's issuer of identity tokens: its address, which is its name, and what it signs with."""
    signs = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(signs.keys()).encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", signs
        server.shutdown()


@pytest.fixture(scope="module")
def bucket(issuer: tuple[str, Issuer], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    written = {
        name: json.loads(text) for name, text in files(spec(), PREFIX, monitored=False).items() if "json" in name
    }
    roles = tuple(
        Role(arn, written[f"{rights}-trust.json"], written[f"{rights}-bucket.json"])
        for rights, arn in ARNS.items()
        if f"{rights}-trust.json" in written
    )
    with serving(tmp_path_factory.mktemp("bucket"), Account(BUCKET, REGION, issuer[0], roles)) as found:
        yield found


def signed_in(bucket: Any, issuer: tuple[str, Issuer], place: str) -> dict[str, str]:
    """The credentials that a job of this environment gets for the role that scores."""
    url, signs = issuer
    token = signs.sign({"sub": f"{PREFIX}:environment:{place}", "iss": url, "aud": "sts.amazonaws.com"})
    sts = Session().create_client(
        "sts", region_name=REGION, endpoint_url=bucket.url, config=Config(signature_version=UNSIGNED, proxies={})
    )
    said = sts.assume_role_with_web_identity(
        RoleArn=ARNS["score"], RoleSessionName="GitHubActions", WebIdentityToken=token
    )
    given = said["Credentials"]
    names = {"AccessKeyId": "AWS_ACCESS_KEY_ID", "SecretAccessKey": "AWS_SECRET_ACCESS_KEY"}
    return {each: given[name] for name, each in (names | {"SessionToken": "AWS_SESSION_TOKEN"}).items()}


def deliver(bucket: Any, table: Any) -> None:
    content = io.BytesIO()
    pq.write_table(table, content)
    bucket.client().put_object(Bucket=BUCKET, Key=f"customers/{DAY}/a.parquet", Body=content.getvalue())


def test_the_environment_that_scores_gets_as_far_as_scoring_needs_and_no_further(
    bucket: Any, issuer: tuple[str, Issuer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in signed_in(bucket, issuer, "scoring").items():
        monkeypatch.setenv(name, value)
    yard, places = Yard(tmp_path), Places(INPUT, OUTPUT, bucket.url, REGION)
    version = yard.version()
    deliver(bucket, rows(300, seed=1))
    first = score(yard.work(version, places=places))
    deliver(bucket, rows(400, seed=2))

    again = score(yard.work(version, places=places, again=True))
    tell(yard.work(version, places=places, kind="tell", since="2026-11-01T00:00:00+00:00"))

    assert (first["rows"], again["rows"]) == (300, 400)
    there = [key for key in bucket.keys() if key.startswith(f"scores/{DAY}/") and not key.endswith("/")]  # noqa: SIM118
    assert len(there) == 2  # the predictions of before are gone
    assert hear(yard.work(version, places=places, kind="hear"))["late"] == []
    client = Session().create_client("s3", region_name=REGION, endpoint_url=bucket.url, config=Config(proxies={}))
    for key in (f"customers/{DAY}/a.parquet", "models/files/md5/ab"):
        with pytest.raises(ClientError, match="AccessDenied"):
            client.put_object(Bucket=BUCKET, Key=key, Body=b"1")
        with pytest.raises(ClientError, match="AccessDenied"):
            client.delete_object(Bucket=BUCKET, Key=key)


def test_no_other_job_gets_in(bucket: Any, issuer: tuple[str, Issuer]) -> None:
    for place in ("monitoring", "pull-requests", "nightly"):
        with pytest.raises(ClientError, match=r"AccessDenied|not authorized|Not authorized"):
            signed_in(bucket, issuer, place)
