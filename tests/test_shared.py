"""What all models of a repository share, from `[tool.mlops-spec]` to each model's spec and to each command."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from mlops_spec.cli.models import each_model, one_model
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.lint.models import Model, models_in
from mlops_spec.spec.shared import Shared, effective
from mlops_spec.validate.at_commit import spec_at
from mlops_spec.validate.project import read_shared

MINIMAL = (Path(__file__).parent / "specs/ok/minimal.yaml").read_text(encoding="utf-8")
AUTHOR = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
SETTINGS = """\
[project]
name = "models"

[tool.mlops-spec]
branch = "trunk"
owners = ["@acme/platform"]

[tool.mlops-spec.storage]
url = "s3://acme/models"

[tool.mlops-spec.train.compute]
timeout = "2h"

[tool.mlops-spec.environments]
staging = { after = "merge" }
production = { listen = "127.0.0.1:9000", promote = { approvals = 2 } }

[tool.mlops-spec.lint]
ignore = ["MS404"]
"""
CHURN = """\
environments:
  staging: {}
  production: {after: staging, promote: {soak: 7d}}
"""


def named(name: str, more: str = "") -> str:
    return MINIMAL.replace("credit-default", name, 1) + more


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "pyproject.toml": SETTINGS,
        "models/churn/model.yaml": named("churn", CHURN).replace('owners: ["@acme/credit"]\n', ""),
        "models/risk/model.yaml": named("risk"),
        "tests/data/model.yaml": named("sample"),
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "Three models"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, env=os.environ | AUTHOR)
    return tmp_path


def test_a_model_has_what_it_leaves_out_from_the_repository(repository: Path) -> None:
    spec = load_spec(repository / "models/churn/model.yaml")

    assert (spec.branch, spec.owners) == ("trunk", ["@acme/platform"])
    assert spec.storage
    assert spec.storage.url == "s3://acme/models"
    assert spec.train.compute.timeout == "2h"
    production = spec.environments["production"]
    assert (production.listen, production.promote.approvals, production.promote.soak) == ("127.0.0.1:9000", 2, "7d")
    assert spec.environments["staging"].after == "merge"


def test_what_a_model_says_itself_counts_and_it_gets_no_environment_that_it_has_not(repository: Path) -> None:
    spec = load_spec(repository / "models/risk/model.yaml")

    assert spec.owners == ["@acme/credit"]
    assert spec.environments == {}
    assert spec.monitor is None


def test_a_commit_says_the_same_as_the_checkout(repository: Path) -> None:
    folder = repository / "models/churn"
    (repository / "pyproject.toml").unlink()

    spec = spec_at(Git.open(folder).here())

    assert (spec.branch, spec.environments["production"].promote.approvals) == ("trunk", 2)


def test_without_a_table_nothing_is_shared(repository: Path) -> None:
    (repository / "pyproject.toml").write_text('[project]\ndependencies = ["mlops-spec==1.0"]\n')

    spec = load_spec(repository / "models/risk/model.yaml")

    assert (spec.branch, spec.storage) == ("main", None)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('branc = "x"', "pyproject.toml:2:1: error[MS001] unknown key `branc`; did you mean `branch`?"),
        ('owners = ["acme"]', "pyproject.toml:2:11: error[MS007] `owners[0]` can't be the text `acme`"),
        ("storage = { region = 'a' }", "pyproject.toml:2:1: error[MS005] missing key `url` in `storage`"),
        (
            'environments.live.promote.approvals = "2"',
            "pyproject.toml:2:39: error[MS006] `approvals` must be an integer, not the text `2`; write `2`",
        ),
        ("gates = []", "pyproject.toml:2:1: error[MS001] unknown key `gates`"),
        ("branch = ", "pyproject.toml:2:10: error[MS002] not TOML"),
    ],
)
def test_what_the_table_cannot_say_is_told_at_its_place(line: str, told: str) -> None:
    found = read_shared("pyproject.toml", f"[tool.mlops-spec]\n{line}\n".encode())

    assert not isinstance(found, Shared)
    assert str(found[0]).startswith(told)


def test_a_wrong_table_stops_a_command_with_its_place(repository: Path) -> None:
    (repository / "pyproject.toml").write_text("[tool.mlops-spec]\nbranch = 1\n")

    with pytest.raises(Failure, match=r"pyproject\.toml:2:10: error\[MS006\]") as failed:
        models_in(repository)
    assert failed.value.exit_code == Exit.CONFIG


def test_at_the_root_all_models_are_meant_and_in_a_folder_its_own(repository: Path) -> None:
    assert [model.name for model in models_in(repository)] == ["churn", "risk", "sample"]
    assert [model.name for model in models_in(repository / "models")] == ["churn", "risk"]
    one = one_model(repository / "models/churn")
    assert (one.name, one.place.folder, one.place.path) == (
        "churn",
        PurePosixPath("models/churn"),
        repository / "models/churn",
    )


def test_names_choose_and_an_unknown_one_is_told(repository: Path) -> None:
    assert [model.name for model in models_in(repository, ["risk", "churn"])] == ["churn", "risk"]
    assert one_model(repository, ["risk"]).name == "risk"
    with pytest.raises(Failure, match="--model chrun: no model is called so") as failed:
        models_in(repository, ["chrun"])
    assert failed.value.remedy == "did you mean `churn`?"
    with pytest.raises(Failure, match="the model here is called `churn`"):
        models_in(repository / "models/churn", ["risk"])
    with pytest.raises(Failure, match="has 3 models, and this is about one"):
        one_model(repository)


def test_patterns_say_which_specs_are_models(repository: Path) -> None:
    text = SETTINGS.replace('branch = "trunk"', 'models = ["models/*"]')
    (repository / "pyproject.toml").write_text(text)

    assert [model.name for model in models_in(repository)] == ["churn", "risk"]


def test_a_broken_spec_is_named_and_the_others_go_on(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "models/risk/model.yaml").write_text("model: risk\nspec: 2\n")
    done: list[str] = []

    def do(model: Model) -> int:
        done.append(model.name)
        return Exit.OK

    code = each_model(models_in(repository), do)

    assert (done, code) == (["churn", "sample"], Exit.USAGE)
    said = capsys.readouterr().err
    assert "models/risk/model.yaml:2:7: error[MS007]" in said
    assert said.endswith("3 models, 1 of them not valid\n")


def test_a_failure_of_one_model_holds_up_no_other(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def do(model: Model) -> int:
        if model.name == "churn":
            raise Failure("the remote is away", exit_code=Exit.UNAVAILABLE)
        return Exit.OK

    assert each_model(models_in(repository), do) == Exit.UNAVAILABLE
    assert "churn: the remote is away" in capsys.readouterr().err


def test_two_models_of_one_name_are_neither(repository: Path) -> None:
    (repository / "models/risk/model.yaml").write_text(named("churn"))

    models = models_in(repository)

    assert [model.name for model in models] == ["sample"]
    assert {str(folder) for folder in models.broken} == {"models/churn", "models/risk"}
    assert "`models/churn/model.yaml` and `models/risk/model.yaml` are of one name, `churn`" in str(
        models.broken[PurePosixPath("models/churn")]
    )


def test_the_only_model_at_the_root_is_as_it_was(repository: Path) -> None:
    (repository / "model.yaml").write_text(named("alone"))

    model = one_model(repository)

    assert (model.name, model.place.folder) == ("alone", PurePosixPath())


def test_an_environment_gets_what_its_target_has() -> None:
    shared = Shared.model_validate(
        {"environments": {"nightly": {"listen": "127.0.0.1:9000", "schedule": "20 2 * * *", "runner": "ubuntu-24.04"}}}
    )

    batch = effective({"environments": {"nightly": {"target": "batch"}}}, shared)
    server = effective({"environments": {"nightly": {"after": "merge"}}}, shared)

    assert batch["environments"]["nightly"] == {
        "target": "batch",
        "schedule": "20 2 * * *",
        "runner": "ubuntu-24.04",
    }
    assert server["environments"]["nightly"] == {"after": "merge", "listen": "127.0.0.1:9000"}
