"""SeaweedFS as the private bucket: up, asked, gone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import process
from mlops_spec.rehearse.bucket import Account, serving

ACCOUNT = Account("acme-models", "eu-central-1", "http://127.0.0.1:1")


@pytest.mark.slow
def test_it_is_there_until_the_end_and_nothing_is_left(tmp_path: Path) -> None:
    with serving(tmp_path / "bucket", ACCOUNT) as bucket:
        client = bucket.client()
        client.put_object(Bucket=bucket.name, Key="files/md5/ab", Body=b"1")
        assert bucket.keys() == ["files/md5/ab"]
        with pytest.raises(ClientError, match="NoSuchBucket"):
            client.put_object(Bucket="another", Key="x", Body=b"1")
        port = bucket.url.rpartition(":")[2]
        assert list(Path("/tmp").glob(f"seaweedfs-*-{port}.sock"))

    with pytest.raises(ProcessLookupError):
        os.kill(bucket.process_id, 0)
    assert list(Path("/tmp").glob(f"seaweedfs-*-{port}.sock")) == []


@pytest.mark.slow
def test_nobody_gets_in_without_credentials(tmp_path: Path) -> None:
    with serving(tmp_path, ACCOUNT) as bucket:
        bucket.client().put_object(Bucket=bucket.name, Key="secret", Body=b"1")
        asked = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--noproxy", "*"]
        for url in (f"{bucket.url}/{bucket.name}/secret", f"{bucket.url}/{bucket.name}?list-type=2"):
            assert subprocess.check_output([*asked, url], text=True) == "403"


def test_a_server_that_ends_at_once_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weed = tmp_path / "weed"
    weed.write_text("#!/bin/sh\necho no disk left; exit 3\n")
    weed.chmod(0o755)
    monkeypatch.setattr(process, "find", lambda *_, **__: str(weed))

    with pytest.raises(Failure, match=r"ended with 3\nno disk left") as refused, serving(tmp_path / "bucket", ACCOUNT):
        pass
    assert refused.value.exit_code == Exit.UNAVAILABLE


def test_where_it_is_not_installed_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))

    with pytest.raises(Failure, match="`weed` is not installed") as refused, serving(tmp_path / "bucket", ACCOUNT):
        pass
    assert refused.value.exit_code == Exit.CONFIG
    assert refused.value.remedy == 'pip install "mlops-spec[bucket]"'
