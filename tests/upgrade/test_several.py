"""An upgrade of a repository of many models: all of them and what they have once, in one change or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.errors import Exit
from mlops_spec.upgrade.report import as_text
from mlops_spec.upgrade.run import Upgraded
from tests.upgrade.conftest import git, upgrade

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("models/churn", "models/fraud")


def untouched(root: Path) -> bool:
    return git(root, "status", "--porcelain", "--ignored") == ""


@pytest.mark.parametrize("asked", ["models/fraud", pytest.param("", marks=pytest.mark.slow)])
def test_all_models_come_to_the_new_version_at_once(several: Path, wheel: Path, asked: str) -> None:
    done = upgrade(several, wheel, "--format", "json", "-C", several / asked)

    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert (told["old"], told["new"], told["same"]) == ("0.1.0", "7.0.0", True), told
    assert tuple(told["folders"]) == FOLDERS
    for each in told["folders"].values():
        assert each["stages"] == ["split", "train", "evaluate", "package"]
        assert (each["differing_stages"], each["differing_gates"], each["weakened"]) == ([], [], [])
    assert {line.split()[-1] for line in git(several, "status", "--porcelain").splitlines()} == {
        "pyproject.toml",
        "uv.lock",
        "vendor/mlops_spec-0.1.0-py3-none-any.whl",
        "vendor/mlops_spec-7.0.0-py3-none-any.whl",
    }


@pytest.mark.parametrize(
    ("file", "text", "code", "said"),
    [
        ("models/fraud/dvc.yaml", "# mine\n", Exit.FINDINGS, "models/fraud/dvc.yaml: was edited"),
        pytest.param(
            *(".github/workflows/mlops-merge.yml", "# mine\n", Exit.FINDINGS, "mlops-merge.yml: was edited"),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *("models/churn/model.yaml", "unheard: of\n", Exit.USAGE, "models/churn/model.yaml"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_is_in_the_way_of_one_leaves_all_as_they_were(
    several: Path, wheel: Path, file: str, text: str, code: Exit, said: str
) -> None:
    (several / file).write_text((several / file).read_text() + text)
    git(several, "commit", "--quiet", "--all", "--message", "Edit")

    done = upgrade(several, wheel)

    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert untouched(several)


def finished(**changed: Any) -> dict[str, Any]:
    keys = ("stages", "gates", "differing_stages", "differing_gates", "weakened", "unknown")
    return {"spec": [1, 1], "same": not changed} | {key: [] for key in keys} | changed


def test_of_many_only_those_are_told_that_are_not_the_same() -> None:
    differing = {"name": "train", "change": "changed", "keys": ["cmd: a → b"]}
    models = {f"models/m{number}": finished() for number in range(20)}
    models["models/odd"] = finished(stages=["train"], differing_stages=[differing])
    done = Upgraded("1", "2", {}, {}, {"odd train": "dvc.yaml"}, (), models)

    told = as_text(done)

    assert not done.same
    assert "models          21, 1 of them not the same\n" in told
    assert "odd train would run now" in told
    assert "models/odd\n" in told
    assert "~ train: cmd: a → b" in told
    assert "models/m1" not in told
