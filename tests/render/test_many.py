"""A repository of many models: each is rendered in its folder, and what the repository has once follows from none."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from mlops_spec.cli import program
from mlops_spec.engines.current import refuse_stale
from mlops_spec.lint.models import models_in
from mlops_spec.lint.specs import load_spec
from mlops_spec.outputs.parts import parts_of

MINIMAL = (Path(__file__).parents[1] / "specs/ok/minimal.yaml").read_text(encoding="utf-8")
SETTINGS = """\
[tool.mlops-spec]
owners = ["@acme/platform"]
runners = ["gpu-large"]

[tool.mlops-spec.storage]
url = "s3://acme/models"

[tool.mlops-spec.environments]
production = { promote = { approvals = 2 } }
"""
TRAIN = "from shared.features import table\nfrom shared import scale\n"


def add(root: Path, folder: str, more: str = "") -> None:
    place = root / folder
    name = folder.rpartition("/")[2].partition(" ")[0]
    (place / f"src/{name}").mkdir(parents=True)
    text = (
        MINIMAL.replace("credit-default", name, 1)
        .replace("credit_default.", f"{name}.")
        .replace("@acme/credit", f"@acme/{name}")
    )
    (place / "model.yaml").write_text(text + more, encoding="utf-8")
    (place / f"src/{name}/__init__.py").touch()
    (place / f"src/{name}/train.py").write_text(TRAIN, encoding="utf-8")
    (place / f"src/{name}/predict.py").touch()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "uv.lock").touch()
    (tmp_path / "shared/more").mkdir(parents=True)
    for name in ("__init__", "features", "scale", "unused"):
        (tmp_path / f"shared/{name}.py").touch()
    add(tmp_path, "models/churn")
    add(tmp_path, "models/risk", "environments:\n  staging: {after: merge}\n")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path, check=True)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["mlops-spec", *words])
    return program()


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def test_what_is_a_models_own_lies_in_its_folder_and_the_rest_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(root)

    assert run(monkeypatch, "render", "-C", str(root)) == 0

    new = sorted(files(root).keys() - before.keys())
    assert [each for each in new if each.startswith("models/risk/")] == [
        "models/risk/.dvcignore",
        "models/risk/.gitattributes",
        "models/risk/.gitignore",
        "models/risk/.mlops/managed.json",
        "models/risk/MODEL_CARD.md",
        "models/risk/deploy/staging.yaml",
        "models/risk/dvc.yaml",
    ]
    assert {".dvc/config", ".github/CODEOWNERS", ".mlops/managed.json", ".gitignore"} <= set(new)
    assert run(monkeypatch, "render", "--check", "-C", str(root)) == 0


def test_another_model_changes_the_owners_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "render", "-C", str(root))
    before = files(root)
    add(root, "models/more")

    assert run(monkeypatch, "render", "-C", str(root)) == 0

    after = files(root)
    assert {path for path in before if after[path] != before[path]} == {".github/CODEOWNERS"}
    assert all(path.startswith("models/more/") for path in after.keys() - before.keys())


def test_each_models_owners_answer_for_its_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(root, "models/more größe", "environments:\n  live: {after: merge, promote: {approvers: ['@acme/boss']}}\n")
    run(monkeypatch, "render", "-C", str(root))

    lines = (root / ".github/CODEOWNERS").read_text(encoding="utf-8").splitlines()

    assert "* @acme/platform" in lines
    assert "/pyproject.toml @acme/platform" in lines
    assert "/models/risk/ @acme/risk" in lines
    assert "/models/more?gr??e/deploy/live.yaml @acme/boss" in lines
    assert lines.index("/.github/ @acme/platform") < lines.index("/models/risk/ @acme/risk")


def test_a_stage_waits_for_the_repositorys_lock_and_for_code_that_models_share(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "render", "-C", str(root))
    pipeline: dict[str, Any] = yaml.safe_load((root / "models/churn/dvc.yaml").read_text())["stages"]

    assert "../../uv.lock" in pipeline["split"]["deps"]
    assert {"src", "../../uv.lock", "../../shared"} <= set(pipeline["train"]["deps"])
    assert "../../pyproject.toml" not in pipeline["train"]["deps"]  # which says what all share; the lock says the rest
    refuse_stale(root / "models/churn", load_spec(root / "models/churn/model.yaml"))


def test_in_a_models_folder_only_its_own_is_rendered(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(root)

    assert run(monkeypatch, "render", "-C", str(root / "models/churn")) == 0

    assert all(path.startswith("models/churn/") for path in files(root).keys() - before.keys())


def test_a_named_model_is_rendered_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(root)

    assert run(monkeypatch, "render", "--model", "risk", "-C", str(root)) == 0

    assert all(path.startswith("models/risk/") for path in files(root).keys() - before.keys())


def test_an_edit_is_kept_by_its_path_from_the_root(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "render", "-C", str(root))
    pipeline = root / "models/churn/dvc.yaml"
    pipeline.write_text(pipeline.read_text() + "# mine\n")
    capsys.readouterr()

    assert run(monkeypatch, "render", "-C", str(root)) == 1
    said = capsys.readouterr().out
    assert "run `mlops-spec render --keep models/churn/dvc.yaml`" in said
    assert "models/churn/.mlops/overlays/dvc.yaml.patch" in said
    assert run(monkeypatch, "render", "--keep", "models/churn/dvc.yaml", "-C", str(root)) == 0
    assert (root / "models/churn/.mlops/overlays/dvc.yaml.patch").is_file()
    assert run(monkeypatch, "render", "--check", "-C", str(root)) == 0


def test_a_broken_spec_holds_up_the_owners_and_no_other_model(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "models/risk/model.yaml").write_text("model: risk\n")

    assert run(monkeypatch, "render", "-C", str(root)) == 2

    assert (root / "models/churn/dvc.yaml").is_file()
    assert not (root / ".github").exists()
    said = capsys.readouterr().err
    assert "models/risk/model.yaml:1:1: error[MS005]" in said
    assert "2 models, 1 of them not valid" in said
    assert "waits until every spec is valid" in said


def test_parts_are_all_or_nothing_by_themselves(root: Path) -> None:
    shown = [part.shown for part in parts_of(models_in(root))]

    assert shown == [PurePosixPath("models/churn"), PurePosixPath("models/risk"), PurePosixPath()]
