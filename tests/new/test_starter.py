"""A starter is a working repository; a new one is the same under its own names."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Failure
from mlops_spec.lint.load import load_spec
from mlops_spec.render.template import TEMPLATE
from mlops_spec.start.new import starter
from mlops_spec.start.new.starter import Names

if TYPE_CHECKING:
    from pathlib import Path

STARTERS = starter.starters()


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_default_comes_first() -> None:
    assert STARTERS == ("credit-default", "blank", "forecast", "images", "text")


@pytest.mark.parametrize("name", STARTERS)
def test_under_its_own_names_it_is_copied_as_it_is(name: str, tmp_path: Path) -> None:
    starter.copy(name, starter.own_names(name), tmp_path)

    original = {path: text for path, text in files(TEMPLATE / "starter" / name).items() if "cache" not in path}
    assert files(tmp_path) == original


@pytest.mark.parametrize("name", STARTERS)
def test_under_other_names_nothing_is_left_of_its_own(name: str, tmp_path: Path) -> None:
    own = starter.own_names(name)
    starter.copy(name, Names("card-risk", ("@me", "@acme/risk")), tmp_path)

    spec = load_spec(tmp_path / "model.yaml")
    assert (spec.model, spec.owners, spec.data.path) == ("card-risk", ["@me", "@acme/risk"], "data/card_risk.csv")
    assert (tmp_path / "data/card_risk.csv").is_file()
    assert (tmp_path / "src/card_risk/train.py").is_file()
    for path, content in files(tmp_path).items():
        assert own.model not in path
        assert own.package not in path
        if not path.endswith((".csv", ".png")):
            assert own.model.encode() not in content, path
            assert own.package.encode() not in content, path


@pytest.mark.parametrize("name", STARTERS)
def test_ruff_finds_nothing_whatever_the_name(name: str, tmp_path: Path) -> None:
    starter.copy(name, Names("a", ("@me",)), tmp_path)

    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        ruff = [sys.executable, "-m", "ruff", *command]
        done = subprocess.run(ruff, cwd=tmp_path, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.quick("credit-default")
@pytest.mark.parametrize("name", STARTERS)
def test_its_own_tests_pass(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starter.copy(name, starter.own_names(name), tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # other tests want the other cores

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_data_keeps_its_attribution() -> None:
    told = (TEMPLATE / "starter/credit-default/data/README.md").read_text(encoding="utf-8")

    assert "Yeh" in told
    assert "doi:10.24432/C55S3H" in told
    assert "CC BY 4.0" in told


@pytest.mark.parametrize("file", [".gitignore", ".pre-commit-config.yaml"])
def test_what_the_starters_share_is_the_same(file: str) -> None:
    assert len({(TEMPLATE / "starter" / name / file).read_bytes() for name in STARTERS}) == 1


@pytest.mark.parametrize("name", ["", "Credit", "credit_default", "1st", "a--b", "-a", "a" * 64, "a b", "${x}"])
def test_a_name_that_no_model_may_have(name: str) -> None:
    with pytest.raises(Failure, match="can't be a model's name"):
        starter.checked(Names(name, ("@me",)))


@pytest.mark.parametrize("name", ["json", "class", "email"])
def test_a_name_that_would_hide_python_s_own(name: str) -> None:
    with pytest.raises(Failure, match="would hide Python's own"):
        starter.checked(Names(name, ("@me",)))


@pytest.mark.parametrize("owner", ["me", "@", "@a/b/c", "me@example.com", '@a", "@b'])
def test_an_owner_that_github_does_not_know(owner: str) -> None:
    with pytest.raises(Failure, match="is not an owner"):
        starter.checked(Names("credit-default", ("@me", owner)))


def test_an_unknown_starter() -> None:
    with pytest.raises(Failure, match="no starter `none`") as failed:
        starter.own_names("none")

    assert failed.value.remedy == "there are credit-default, blank, forecast, images, text"
