"""What the cloud is told: policies for the subjects that GitHub reports, and for no others."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from mlops_spec.cli.doctor import doctor_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api.setting_shapes import SubjectCustomization
from mlops_spec.platforms.github.doctor.cloud import files
from mlops_spec.platforms.github.doctor.subjects import _prefix
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from .conftest import Clinic

RENDERED = Path(__file__).parent.parent / "render"


def spec(case: str) -> Spec:
    return Spec.model_validate(yaml.safe_load((RENDERED / case / "model.yaml").read_text(encoding="utf-8")))


def settled(**answer: Any) -> str:
    return _prefix("acme/churn", SubjectCustomization.model_validate({"use_default": True, **answer}))


def test_subjects_are_what_github_says_and_are_never_guessed() -> None:
    assert settled(sub_claim_prefix="repo:acme@12/churn@34", use_immutable_subject=True) == "repo:acme@12/churn@34"
    assert settled(sub_claim_prefix="repo:acme/churn:") == "repo:acme/churn"
    assert settled(use_immutable_subject=False) == "repo:acme/churn"
    for answer in ({}, {"use_immutable_subject": True}, {"sub_claim_prefix": "job_workflow_ref:x"}):
        with pytest.raises(Failure, match="does not settle how it names this repository's jobs") as failure:
            settled(**answer)
        assert failure.value.exit_code == Exit.CONFIG


def test_who_scores_reads_models_and_deliveries_and_writes_among_scores_alone() -> None:
    found = files(spec("batch"), "repo:acme/credit", monitored=True)

    trust = json.loads(found["score-trust.json"])["Statement"][0]["Condition"]["StringEquals"]
    assert trust["token.actions.githubusercontent.com:sub"] == ["repo:acme/credit:environment:scoring"]
    statements = json.loads(found["score-bucket.json"])["Statement"]
    objects = {each["Resource"]: each["Action"] for each in statements if each["Resource"].endswith("*")}
    writes = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"]
    assert objects == {
        "arn:aws:s3:::acme-models/credit-default/*": ["s3:GetObject"],
        "arn:aws:s3:::acme-data/customers/*": ["s3:GetObject"],
        "arn:aws:s3:::acme-data/trial/*": writes,
        "arn:aws:s3:::acme-data/scores/*": writes,
    }
    seen = json.loads(found["monitor-bucket.json"])["Statement"]
    assert {action for each in seen for action in each["Action"]} == {"s3:ListBucket", "s3:GetObject"}
    assert "arn:aws:s3:::acme-data/scores/*" in [each["Resource"] for each in seen]
    assert "--policy-name batches" in found["README.md"]
    assert "score-trust.json" not in files(spec("aws"), "repo:acme/credit", monitored=True)


def test_aws_lets_in_the_training_to_write_and_the_rest_to_read() -> None:
    found = files(spec("aws"), "repo:acme@1/credit@2", monitored=True)

    trust = {name: json.loads(found[f"{name}-trust.json"])["Statement"][0] for name in ("read", "write")}
    who = {name: each["Condition"]["StringEquals"] for name, each in trust.items()}
    subject = "token.actions.githubusercontent.com:sub"
    assert who["write"][subject] == ["repo:acme@1/credit@2:environment:training"]
    assert who["read"][subject] == [
        "repo:acme@1/credit@2:environment:monitoring",
        "repo:acme@1/credit@2:pull_request",
        "repo:acme@1/credit@2:environment:pull-requests",
    ]
    assert {each["token.actions.githubusercontent.com:aud"] for each in who.values()} == {"sts.amazonaws.com"}
    grants = {name: json.loads(found[f"{name}-bucket.json"])["Statement"] for name in ("read", "write")}
    assert [each["Action"] for each in grants["read"]] == [["s3:ListBucket"], ["s3:GetObject"]]
    assert "s3:PutObject" in grants["write"][1]["Action"]
    assert "Delete" not in found["write-bucket.json"]
    assert grants["write"][1]["Resource"] == "arn:aws:s3:::acme-models/credit-default/*"
    assert "--max-session-duration 7200" in found["README.md"]  # as long as its training may take


def test_where_nothing_reads_before_the_merge_no_pull_request_is_let_in() -> None:
    assert "pull" not in "".join(files(spec("sample"), "repo:a/b", monitored=True).values())


@pytest.mark.parametrize(("case", "says"), [("google", "principal://"), ("azure", "federated-credential create")])
def test_google_and_azure_get_commands_that_a_shell_takes(case: str, says: str) -> None:
    (page,) = files(spec(case), "repo:a/b", monitored=True).values()

    script = page.split("```sh\n")[1].split("```")[0]
    for each in (script, looks(page)):
        assert subprocess.run(["bash", "-n"], input=each, text=True, check=False).returncode == 0
    assert says in script
    assert script.count("repo:a/b:environment:training") >= 1


def looks(page: str) -> str:
    """The commands of the page that show what is set."""
    assert "nothing was looked up" in page
    _, _, rest = page.partition("# What nobody has looked at")
    return rest.split("```sh\n", 1)[1].partition("```")[0]


@pytest.mark.parametrize("case", ["aws", "google", "azure"])
def test_what_it_does_not_look_at_is_said_with_how_to_see_it(case: str) -> None:
    commands = looks(files(spec(case), "repo:a/b", monitored=True)["README.md"]).splitlines()

    assert not [each for each in commands if not re.search(r" (head|get|list|describe|show)[ -]", each)]
    signing = spec(case).storage.sign_in  # type: ignore[union-attr]
    held = signing and (signing.aws or signing.google or signing.azure)
    assert held and held.read
    for who in (held.read, held.write):
        assert [each for each in commands if who.rpartition("/")[2] in each]


def test_secrets_need_no_cloud() -> None:
    with pytest.raises(Failure, match="no job signs in to a cloud by its identity"):
        files(spec("secrets"), "repo:a/b", monitored=True)


def test_the_command_asks_github_and_writes_the_folder(clinic: Clinic, tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text((RENDERED / "aws" / "model.yaml").read_text(encoding="utf-8"))
    clinic.hub.settings = replace(clinic.hub.settings, immutable_subject=True)
    person = clinic.hub.person("carol")
    assert person
    runner = CliRunner(env={"GITHUB_TOKEN": person.token, "GITHUB_API_URL": clinic.api, "GH_TOKEN": None})

    done = runner.invoke(
        doctor_command,
        ["-C", str(tmp_path), "--repository", "acme/churn", "--cloud", str(tmp_path / "cloud")],
        standalone_mode=False,
    )

    assert done.return_value == Exit.OK, (done.output, done.exception)
    names = {path.name for path in (tmp_path / "cloud").iterdir()}
    assert names == {"README.md", *(f"{a}-{b}.json" for a in ("read", "write") for b in ("trust", "bucket"))}
    assert "repo:acme@" in (tmp_path / "cloud/write-trust.json").read_text()
