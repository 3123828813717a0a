"""The stand-ins of the clouds' sign-in actions say and do what the real ones do."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from dvc.repo import Repo

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "arn:aws:iam::123456789012:role/models-read"
SUBJECT = "repo:acme/visits:pull_request"
GRANTED = (
    "<R><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s3cret</SecretAccessKey>"
    "<SessionToken>session</SessionToken></Credentials></R>"
)
NO_PROVIDERS = (
    "::error::Credentials could not be loaded, please check your action inputs: "
    "Could not load credentials from any providers"
)


def refusal(code: str, message: str) -> str:
    namespace = "https://sts.amazonaws.com/doc/2011-06-15/"
    return f'<E xmlns="{namespace}"><Error><Code>{code}</Code><Message>{message}</Message></Error></E>'


@dataclass
class Cloud:
    """GitHub's issuer and an STS at one address: what they were asked, and what the STS answers."""

    url: str = ""
    answer: tuple[int, str] = (200, GRANTED)
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # path, authorization, body


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    found = Cloud()
    payload = base64.urlsafe_b64encode(json.dumps({"sub": SUBJECT}).encode()).decode().rstrip("=")

    class Handler(BaseHTTPRequestHandler):
        def reply(self, status: int, text: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            found.asked.append((self.path, self.headers.get("Authorization", ""), body))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            allowed = self.headers.get("Authorization") == "Bearer request"
            self.reply(200 if allowed else 401, json.dumps({"value": f"e30.{payload}.x"}))

        def do_POST(self) -> None:
            self.reply(*found.answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@dataclass
class Step:
    code: int
    output: list[str]
    exported: list[str]

    @property
    def last(self) -> str:
        return self.output[-1]


def play(folder: Path, name: str, environment: dict[str, str], **given: str) -> Step:
    """Runs a stand-in as its action does; `given` are inputs with `_` for `-`."""
    inputs = {f"INPUT_{key.upper()}": value for key, value in given.items()}
    files = {file: str(folder / file) for file in ("GITHUB_ENV", "GITHUB_OUTPUT")}
    done = subprocess.run(
        [sys.executable, "-I", "-m", f"mlops_spec.rehearse.sign_in.{name}"],
        env={"PATH": "", "GITHUB_WORKSPACE": str(folder), **files, **environment, **inputs},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    exported = folder / "GITHUB_ENV"
    lines = (done.stdout + done.stderr).splitlines()
    return Step(done.returncode, lines, exported.read_text().splitlines() if exported.exists() else [])


def identity(cloud: Cloud, token: str = "request") -> dict[str, str]:
    url = f"{cloud.url}/token?api-version=2.0"
    return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token}


def aws(folder: Path, cloud: Cloud, region: str = "eu-central-1", **environment: str) -> Step:
    known = {"AWS_ENDPOINT_URL_STS": cloud.url, "MLOPS_REHEARSAL_AWS_REGIONS": "eu-central-1 us-east-1"}
    found = {**known, **identity(cloud), **environment}
    return play(folder, "aws", found, aws_region=region, role_to_assume=ROLE, audience="sts.amazonaws.com")


def test_a_role_is_assumed_and_exported(tmp_path: Path, cloud: Cloud) -> None:
    step = aws(tmp_path, cloud)

    assert step.code == 0, step.output
    assert step.exported == [
        "AWS_DEFAULT_REGION=eu-central-1",
        "AWS_REGION=eu-central-1",
        "AWS_ACCESS_KEY_ID=ASIA1",
        "AWS_SECRET_ACCESS_KEY=s3cret",
        "AWS_SESSION_TOKEN=session",
    ]
    assert {f"::add-mask::{secret}" for secret in ("ASIA1", "s3cret", "session")} <= set(step.output)
    assert not any(
        secret in line for line in step.output if "::add-mask::" not in line for secret in ("s3cret", "session")
    )
    (token, sts) = cloud.asked
    assert token[:2] == ("/token?api-version=2.0&audience=sts.amazonaws.com", "Bearer request")
    asked = parse_qs(sts[2])
    assert asked["Action"] == ["AssumeRoleWithWebIdentity"]
    assert (asked["RoleArn"], asked["DurationSeconds"]) == ([ROLE], ["3600"])


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("AccessDenied", "role not found: x", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        ("ExpiredTokenException", "old", "Token expired: current date/time must be before the expiration date/time"),
        ("InvalidParameterValue", "token is not valid yet", "token is not valid yet"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_aws(
    tmp_path: Path, cloud: Cloud, code: str, message: str, said: str
) -> None:
    cloud.answer = 403, refusal(code, message)
    step = aws(tmp_path, cloud)

    assert step.code == 1
    assert step.last == f"::error::Could not assume role with OIDC: {said}"
    assert f"The rehearsal's STS says of {ROLE}: {message}" in step.output
    assert f"The role's trust policy must allow the subject {SUBJECT}" in step.output
    assert not any("ACCESS_KEY" in line for line in step.exported)


def test_without_the_permission_there_is_no_token_to_ask_for(tmp_path: Path, cloud: Cloud) -> None:
    none = dict.fromkeys(identity(cloud), "")
    step = aws(tmp_path, cloud, **none)

    assert (step.code, step.last) == (1, NO_PROVIDERS)
    assert "Did you mean to set the `id-token` permission?" in step.output[-2]
    assert cloud.asked == []


def test_a_token_that_is_refused_is_told(tmp_path: Path, cloud: Cloud) -> None:
    step = aws(tmp_path, cloud, ACTIONS_ID_TOKEN_REQUEST_TOKEN="another job's")

    assert step.code == 1
    assert step.last.startswith("::error::Failed to get ID Token. %0A Error Code : 401")


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("", "Input required and not supplied: aws-region"),
        ("eu central", "Region is not valid: eu central"),
        ("eu-centrall-1", "Could not assume role with OIDC: getaddrinfo ENOTFOUND sts.eu-centrall-1.amazonaws.com"),
    ],
)
def test_a_region_that_is_none_is_told(tmp_path: Path, cloud: Cloud, region: str, said: str) -> None:
    step = aws(tmp_path, cloud, region)

    assert (step.code, step.last) == (1, f"::error::{said}")


def test_an_endpoint_that_is_away_is_told(tmp_path: Path, cloud: Cloud) -> None:
    step = aws(tmp_path, cloud, AWS_ENDPOINT_URL_STS="http://127.0.0.1:9")

    assert step.code == 1
    assert step.last == "::error::Could not assume role with OIDC: [Errno 111] Connection refused"


def test_keys_are_exported_and_an_empty_one_is_told(tmp_path: Path, cloud: Cloud) -> None:
    where = {"aws_region": "eu-central-1"}
    step = play(tmp_path, "aws", {}, **where, aws_access_key_id="AKIA1", aws_secret_access_key="s3cret")
    empty = play(tmp_path, "aws", {}, **where, aws_access_key_id="AKIA1", aws_secret_access_key="")
    both = play(tmp_path, "aws", {}, **where, aws_access_key_id="", aws_secret_access_key="")

    assert (step.code, step.last) == (0, "Proceeding with IAM user credentials")
    assert step.exported[2:] == ["AWS_ACCESS_KEY_ID=AKIA1", "AWS_SECRET_ACCESS_KEY=s3cret", "AWS_SESSION_TOKEN="]
    assert "'aws-secret-access-key' must be provided" in empty.last
    assert both.last == NO_PROVIDERS


def test_without_a_cloud_the_subject_to_trust_is_told(tmp_path: Path, cloud: Cloud) -> None:
    step = aws(tmp_path, cloud, AWS_ENDPOINT_URL_STS="")

    assert step.code == 0
    assert step.last == f"::notice::this rehearsal has no AWS: {ROLE} must trust {SUBJECT}"


GOOGLE = {"workload_identity_provider": "projects/1/x", "service_account": "models@acme"}
AZURE = {"client_id": "c", "tenant_id": "t", "allow_no_subscriptions": "true", "audience": "api://AzureADTokenExchange"}


@pytest.mark.parametrize(
    ("name", "given", "audience", "who"),
    [
        ("google", GOOGLE, "https%3A%2F%2Fiam.googleapis.com%2Fprojects%2F1%2Fx", "models@acme"),
        ("azure", AZURE, "api%3A%2F%2FAzureADTokenExchange", "c"),
    ],
)
def test_the_other_clouds_are_played_as_far_as_github_goes(
    tmp_path: Path, cloud: Cloud, name: str, given: dict[str, str], audience: str, who: str
) -> None:
    step = play(tmp_path, name, identity(cloud), **given)
    without = play(tmp_path, name, {}, **given)

    assert step.code == 0
    assert step.last.endswith(f"{who} must trust {SUBJECT}")
    assert [path for path, _, _ in cloud.asked] == [f"/token?api-version=2.0&audience={audience}"]
    assert without.code == 1
    assert "ACTIONS_ID_TOKEN_REQUEST_URL" in without.last


def test_googles_credentials_lie_in_the_checkout_where_neither_git_nor_dvc_sees_them(
    tmp_path: Path, cloud: Cloud
) -> None:
    rendered = Path(__file__).parent.parent / "render/google/expected"
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for name in (".gitignore", ".dvcignore"):
        (tmp_path / name).write_bytes((rendered / name).read_bytes())

    step = play(tmp_path, "google", identity(cloud), **GOOGLE)

    (left,) = tmp_path.glob("gha-creds-*.json")
    assert json.loads(left.read_text())["credential_source"]["headers"]["Authorization"].startswith("Bearer ")
    assert f"GOOGLE_APPLICATION_CREDENTIALS={left}" in step.exported
    assert subprocess.run(["git", "-C", tmp_path, "check-ignore", "--quiet", left.name], check=False).returncode == 0
    assert Repo.init(tmp_path).dvcignore.is_ignored_file(str(left))
