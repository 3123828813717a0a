"""Jobs that sign in at a real STS and ask a real bucket: what is wrong is refused, in words that say what to mend."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.engines.dvc.engine import Dvc
from mlops_spec.errors import Failure
from mlops_spec.platforms.github.pins import ACTIONS
from mlops_spec.rehearse.author import Author
from mlops_spec.rehearse.bucket import Account, role, serving
from mlops_spec.rehearse.hub import identity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.rehearse.bucket import Bucket

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

NAME, REGION = "acme-models", "eu-central-1"
READ, WRITE, LOST = (f"arn:aws:iam::123456789012:role/models-{name}" for name in ("read", "write", "lost"))
DENIED = "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"
HEAD = "name: mlops-test\non: push\npermissions: {}\njobs:\n"
CALL = """"$MLOPS_REHEARSAL_PYTHON" -c 'import botocore.session as s; s.get_session().create_client("s3").{}'"""
PUT, GET = (
    CALL.format(f'{call}(Bucket="{NAME}"{more})') for call, more in (("put_object", ', Key="k"'), ("list_objects", ""))
)


def job(name: str, arn: str, *commands: str, region: str = REGION, place: str = "", identified: bool = True) -> str:
    lines = [f"  {name}:", "    runs-on: ubuntu-24.04"]
    lines += [f"    environment: {place}"] if place else []
    lines += ["    permissions: {id-token: write}"] if identified else []
    lines += ["    steps:", f"      - uses: {ACTIONS['aws_credentials'].ref}"]
    lines += [f"        with: {{role-to-assume: '{arn}', aws-region: '{region}'}}"]
    for command in commands:
        lines += ["      - run: |", f"          {command}"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def bucket(machine: Any, tmp_path: Path) -> Iterator[Bucket]:
    api, prefix = machine.stage.api_url, identity.prefix(machine.stage.hub)
    roles = (
        role(READ, (f"{prefix}:ref:refs/heads/main",), NAME, writes=False),
        role(WRITE, (f"{prefix}:environment:training",), NAME, writes=True),
    )
    with serving(tmp_path / "bucket", Account(NAME, REGION, identity.issuer(api), roles)) as found:
        own = {"own": lambda token: {**identity.environment(token, api), **found.endpoints}}
        machine.runner = type(machine.runner)(**{**vars(machine.runner), **own})
        yield found


def said(run: Any, name: str) -> str:
    return "\n".join(line for step in run.job(name).steps for line in step.output)


def test_a_job_gets_as_far_as_its_role(machine: Any, bucket: Bucket) -> None:
    run = machine.push(
        test=HEAD
        + job("reads", READ, GET)
        + job("writes", WRITE, PUT, place="training")
        + job("puts", READ, PUT)
        + job("denied", WRITE, PUT)
        + job("elsewhere", WRITE, PUT, place="staging")
        + job("lost", LOST, GET)
        + job("no-region", READ, GET, region="eu-centrall-1")
        + job("without", READ, GET, identified=False)
    )

    assert {each.id: each.result for each in run.jobs} == {
        "reads": "success",
        "writes": "success",
        **dict.fromkeys(("puts", "denied", "elsewhere", "lost", "no-region", "without"), "failure"),
    }, machine.lines[-40:]
    assert bucket.keys() == ["k"]
    assert "(AccessDenied) when calling the PutObject" in said(run, "puts")
    for name, arn, subject in (
        ("denied", WRITE, "repo:acme/churn:ref:refs/heads/main"),
        ("elsewhere", WRITE, "repo:acme/churn:environment:staging"),
        ("lost", LOST, "repo:acme/churn:ref:refs/heads/main"),
    ):
        assert DENIED in said(run, name)
        assert f"The rehearsal's STS says of {arn}: " in said(run, name)
        assert f"The role's trust policy must allow the subject {subject}" in said(run, name)
    assert "getaddrinfo ENOTFOUND sts.eu-centrall-1.amazonaws.com" in said(run, "no-region")
    assert "Could not load credentials from any providers" in said(run, "without")
    left = b"".join(file.read_bytes() for file in run.folder.rglob("*") if file.is_file() and ".git" not in file.parts)
    assert b"ASIA" not in left  # how the identifiers of assumed roles begin


@pytest.mark.parametrize(
    ("skew", "words"),
    [(timedelta(hours=-1), "Token expired"), (timedelta(hours=1), "token is not valid yet")],
    ids=["expired", "from the future"],
)
def test_a_clock_that_is_wrong_is_refused(machine: Any, bucket: Bucket, skew: timedelta, words: str) -> None:
    machine.stage.hub.issuer.skew = skew
    run = machine.push(test=HEAD + job("reads", READ, GET))

    assert run.result == "failure"
    assert words in said(run, "reads")


def repository(folder: Path, author: Author, url: str) -> Dvc:
    """A repository with one tracked file, and this remote."""
    folder.mkdir()
    author.run("git", "init", "--quiet", ".", directory=folder)
    author.run(sys.executable, "-m", "dvc", "init", "--quiet", directory=folder)
    remote = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {url}\n    region = {REGION}\n"
    (folder / ".dvc/config").write_text(remote)
    (folder / "data.csv").write_text("a\n1\n")
    author.run(sys.executable, "-m", "dvc", "add", "--quiet", "data.csv", directory=folder)
    return Dvc(folder)


def test_what_the_bucket_refuses_says_what_to_do(
    machine: Any, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(machine.stage.hub.person("alice"), tmp_path, "", "main", bucket.owner)
    there = repository(tmp_path / "there", author, f"s3://{NAME}/x")
    nowhere = repository(tmp_path / "nowhere", author, "s3://acme-nothing/x")
    empty = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
    for dvc, more, words, what in (
        (there, empty, "Unable to locate credentials", "nobody has signed in"),
        (there, bucket.reader, "PutObject", "may read, but not write"),
        (there, {"AWS_SECRET_ACCESS_KEY": "wrong"}, "Forbidden", "may not write there"),
        (
            there,
            {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"},
            "Could not connect to the endpoint",
            "it does not answer",
        ),
        (nowhere, {}, "NoSuchBucket", "there is no such bucket"),
    ):
        with monkeypatch.context() as set_here:
            for name, value in {**bucket.owner, **more}.items():
                set_here.setenv(name, value)
            with pytest.raises(Failure, match=words) as refused:
                dvc.push()
        assert what in refused.value.message
        assert refused.value.remedy
    assert bucket.keys() == []
