"""The command: what it prints, writes and exits with."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from mlops_spec.cli.doctor import doctor_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.doctor.control import Call
from mlops_spec.platforms.github.doctor.examine import calls, examine

from .conftest import SPEC, wanted_by

if TYPE_CHECKING:
    from .conftest import Clinic

HERE = Path(__file__).parent
DESCRIPTION = HERE.parent / "forge/node_modules/@octokit/openapi/generated/api.github.com.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "model.yaml").write_text(SPEC)
    return tmp_path


def doctor(clinic: Clinic, root: Path, *arguments: str, login: str = "carol", **changed: str | None) -> Result:
    person = clinic.hub.person(login)
    assert person
    own = {"GITHUB_REPOSITORY": "acme/churn", "GITHUB_TOKEN": person.token, "GITHUB_API_URL": clinic.api}
    runner = CliRunner(env={**own, "GH_TOKEN": None, **changed})
    return runner.invoke(doctor_command, ["-C", str(root), *arguments], standalone_mode=False)


def failed(result: Result) -> Failure:
    assert isinstance(result.exception, Failure), result.output
    return result.exception


def test_all_is_well(clinic: Clinic, root: Path) -> None:
    done = doctor(clinic, root)

    assert done.return_value == Exit.OK
    assert "MISSING" not in done.stdout
    assert f"{len(clinic.results())} settings: {len(clinic.results())} ok" in done.stdout


def many(root: Path) -> Path:
    """The one model, and another that has an environment and an approver of its own, each in a folder."""
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / "models/churn").mkdir(parents=True)
    (root / "models/fraud").mkdir()
    (root / "model.yaml").rename(root / "models/churn/model.yaml")
    other = SPEC.replace("model: churn", "model: fraud").replace(
        'approvers: ["@bob", "@carol"]', 'approvers: ["@alice"]'
    )
    (root / "models/fraud/model.yaml").write_text(other.replace("  staging:", "  canary: {after: merge}\n  staging:"))
    shared = 'owners = ["@bob", "@carol"]\n[tool.mlops-spec.environments]\nproduction = {promote = {approvals = 2}}\n'
    (root / "pyproject.toml").write_text(f"[tool.mlops-spec]\n{shared}")
    return root


def heal(clinic: Clinic, root: Path) -> None:
    """Sets what is missing, by the calls that the command writes."""
    file = root / "calls.json"
    doctor(clinic, root, "--apply-file", str(file))
    for call in json.loads(file.read_text()):
        clinic.github().send(call["method"], call["path"], call["body"], needs="administration: write")
    for environment in clinic.settings.environments.values():
        environment["can_admins_bypass"] = False
    file.unlink()


def test_many_models_are_examined_once_for_what_all_of_them_need(fresh: Clinic, root: Path) -> None:
    many(root)
    before = doctor(fresh, root)
    heal(fresh, root)

    done = doctor(fresh, root)

    assert before.return_value == Exit.FINDINGS
    assert "MISSING     environment/canary/branches" in before.stdout
    assert done.return_value == Exit.OK, done.stdout
    assert "2 models" in done.stderr
    assert {each["id"] for each in fresh.settings.environments["production"]["reviewers"]} == {101, 102, 103}


def test_in_a_models_folder_it_is_about_the_repository_too(fresh: Clinic, root: Path) -> None:
    many(root)
    heal(fresh, root)

    done = doctor(fresh, root / "models/churn")

    assert done.return_value == Exit.OK, done.stdout
    assert "environment/canary/branches" in done.stdout, "the other one has it"


def test_a_spec_of_many_that_is_broken_is_named_and_the_others_are_examined(fresh: Clinic, root: Path) -> None:
    many(root)
    (root / "models/churn/model.yaml").write_text("spec: 1\n")
    heal(fresh, root)

    done = doctor(fresh, root)

    assert done.return_value == Exit.USAGE
    assert "models/churn/model.yaml" in done.stderr
    assert "MISSING" not in done.stdout
    assert "2 models, 1 of them not valid" in done.stderr


def test_a_tag_of_each_model_must_be_guarded(fresh: Clinic, root: Path) -> None:
    many(root)
    heal(fresh, root)
    tags = next(each for each in fresh.settings.rulesets.values() if each["target"] == "tag")
    tags["conditions"]["ref_name"]["include"] = ["refs/tags/churn@v*"]

    assert "MISSING     versions/deletion" in doctor(fresh, root).stdout


def test_the_cloud_is_told_of_the_storage_that_all_share(fresh: Clinic, root: Path, tmp_path: Path) -> None:
    many(root)
    roles = "{read = 'arn:aws:iam::123456789012:role/r', write = 'arn:aws:iam::123456789012:role/w'}"
    with (root / "pyproject.toml").open("a") as file:
        file.write(f"[tool.mlops-spec.storage]\nurl = 's3://b/all'\nregion = 'eu-west-1'\nsign_in.aws = {roles}\n")

    assert doctor(fresh, root, "--cloud", str(tmp_path / "cloud")).return_value == Exit.OK
    assert "environment:monitoring" in (tmp_path / "cloud/read-trust.json").read_text()


def test_the_report_of_a_new_repository_is_as_expected(fresh: Clinic, root: Path, update: bool) -> None:
    done = doctor(fresh, root)
    file = HERE / "expected" / "new.txt"
    if update:
        file.parent.mkdir(exist_ok=True)
        file.write_text(done.stdout, encoding="utf-8")

    assert done.return_value == Exit.FINDINGS
    assert done.stdout == file.read_text(encoding="utf-8")


def test_json_has_each_setting(fresh: Clinic, root: Path) -> None:
    done = doctor(fresh, root, "--format", "json")

    found = json.loads(done.stdout)
    assert {each["id"]: each["verdict"] for each in found} == {
        name: result.verdict for name, result in fresh.results().items()
    }
    assert all(each["remedy"] for each in found if each["verdict"] == "missing")


def test_the_calls_are_written_once_each(fresh: Clinic, root: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.json"
    doctor(fresh, root, "--apply-file", str(file))

    found = json.loads(file.read_text())
    assert [(each["method"], each["path"].removeprefix("/repos/acme/churn/")) for each in found] == [
        ("PUT", "immutable-releases"),
        ("POST", "rulesets"),
        ("POST", "rulesets"),
        ("POST", "rulesets"),
        ("PUT", "actions/permissions"),
        ("PUT", "actions/permissions/selected-actions"),
        ("PUT", "actions/permissions/workflow"),
        ("PUT", "actions/permissions/fork-pr-contributor-approval"),
        *(
            call
            for name in ("promotion-bot", "staging", "monitoring", "production", "training")
            for call in (("PUT", f"environments/{name}"), ("POST", f"environments/{name}/deployment-branch-policies"))
        ),
    ]


def test_githubs_description_takes_each_call(fresh: Clinic) -> None:
    if not DESCRIPTION.exists():
        pytest.skip("GitHub's description is not installed: npm ci --prefix tests/forge")
    api = json.loads(DESCRIPTION.read_text())
    fresh.settings.default_branch = "trunk"

    found = calls(*examine(fresh.github(), fresh.wanted))
    assert len(found) >= 19
    assert {call.path: complaints(api, call) for call in found if complaints(api, call)} == {}
    assert complaints(api, Call("PUT", "actions/permissions", {"allowed_actions": "some"}))


def complaints(api: dict[str, Any], call: Call) -> list[str]:
    parts = call.path.split("/")
    if parts[0] == "environments":
        parts[1] = "{environment_name}"
    operation = api["paths"]["/".join(["/repos/{owner}/{repo}", *filter(None, parts)])][call.method.lower()]
    if "requestBody" not in operation:
        return [] if not call.body else ["takes no body"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": api["components"]})
    return [error.message for error in validator.iter_errors(call.body)]


def test_a_timer_and_other_reviewers_stay(clinic: Clinic) -> None:
    clinic.settings.environments["training"] |= {"branches": None, "policies": []}
    clinic.settings.environments["training"]["reviewers"] = [{"type": "User", "id": 104}]
    clinic.heal()

    assert clinic.wrong() == {}
    assert clinic.settings.environments["training"]["reviewers"] == [{"type": "User", "id": 104}]


def test_what_is_expected_is_what_is_rendered() -> None:
    found = wanted_by()

    assert [(place.name, place.reviewed) for place in found.places] == [
        ("promotion-bot", False),
        ("staging", False),
        ("monitoring", False),
        ("production", True),
        ("training", False),
    ]
    assert "astral-sh/setup-uv" in found.actions
    assert "actions/checkout" in found.actions
    assert set(found.rulesets) == {"mlops-main", "mlops-ledger", "mlops-versions"}


def test_a_token_that_may_see_little_is_a_set_up_that_is_wrong(clinic: Clinic, root: Path) -> None:
    done = doctor(clinic, root, login="alice")

    assert done.return_value == Exit.CONFIG
    assert "unknown     actions/pinned" in done.stdout
    assert "administration: read" in done.stdout


def test_a_limit_of_the_plan_fails_nothing(clinic: Clinic, root: Path) -> None:
    clinic.settings.refusals["rulesets"] = (403, "Upgrade to GitHub Pro to enable this feature.")
    done = doctor(clinic, root)

    assert done.return_value == Exit.OK
    assert "not offered main/deletion" in done.stdout


def test_no_token_a_wrong_one_and_no_repository(clinic: Clinic, root: Path) -> None:
    assert failed(doctor(clinic, root, GITHUB_TOKEN=None)).exit_code == Exit.CONFIG
    assert "expired or revoked" in failed(doctor(clinic, root, GITHUB_TOKEN="wrong")).remedy
    assert "GITHUB_REPOSITORY" in failed(doctor(clinic, root, GITHUB_REPOSITORY=None)).message
    other = failed(doctor(clinic, root, "--repository", "acme/other"))
    assert other.exit_code == Exit.CONFIG
    assert "404" in other.message


def test_a_forge_that_does_not_answer(clinic: Clinic, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    assert failed(doctor(clinic, root, GITHUB_API_URL="http://127.0.0.1:1")).exit_code == Exit.UNAVAILABLE


def test_a_forge_that_breaks_in_between_is_no_finding(clinic: Clinic) -> None:
    clinic.settings.refusals["permissions"] = (500, "Server Error")
    with pytest.raises(Failure) as caught:
        clinic.results()

    assert caught.value.exit_code == Exit.UNAVAILABLE


def test_an_approver_that_is_nobody_is_named(fresh: Clinic, root: Path, tmp_path: Path) -> None:
    (root / "model.yaml").write_text(SPEC.replace('["@bob", "@carol"]}}', '["@nobody"]}}'))

    assert "/users/nobody" in failed(doctor(fresh, root, "--apply-file", str(tmp_path / "calls.json"))).message


def test_a_host_that_lacks_what_is_rendered_is_named_before_anything_is_asked(clinic: Clinic, root: Path) -> None:
    told = failed(doctor(clinic, root, GITHUB_SERVER_URL="https://github.acme.example"))

    assert told.exit_code == Exit.CONFIG
    assert "https://github.acme.example" in told.message
    assert "MS821" in told.remedy
    for right in ("https://github.com", "https://acme.ghe.com"):
        assert doctor(clinic, root, GITHUB_SERVER_URL=right).return_value == Exit.OK
