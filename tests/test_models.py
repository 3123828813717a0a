"""Where the models of a repository lie."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from mlops_spec.git import Git
from mlops_spec.repository.models import folders_at, folders_here

AUTHOR = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def _git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, env=os.environ | AUTHOR)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for folder in ("models/churn", "models/crédit default", "other"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "model.yaml").write_text("model: x\n")
    (tmp_path / "other/old-model.yaml").write_text("model: x\n")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "Three models"]):
        _git(tmp_path, *words)
    return tmp_path


def _names(folders: tuple[PurePosixPath, ...]) -> list[str]:
    return [str(each) for each in folders]


def test_every_folder_with_a_spec_is_a_model(repository: Path) -> None:
    git = Git.open(repository)

    assert _names(folders_here(git)) == ["models/churn", "models/crédit default", "other"]
    assert folders_at(git.tree()) == folders_here(git)


def test_a_new_spec_counts_and_one_that_git_ignores_or_that_is_gone_does_not(repository: Path) -> None:
    (repository / "other/model.yaml").unlink()
    (repository / ".gitignore").write_text("build/\n")
    for folder in ("new", "build"):
        (repository / folder).mkdir()
        (repository / folder / "model.yaml").write_text("model: x\n")

    assert _names(folders_here(Git.open(repository))) == ["models/churn", "models/crédit default", "new"]


def test_below_a_folder_names_stay_those_from_the_root(repository: Path) -> None:
    git = Git.open(repository / "models")

    assert _names(folders_here(git)) == ["models/churn", "models/crédit default"]
    assert folders_at(git.here()) == folders_here(git)


def test_a_spec_in_a_submodule_is_of_another_repository(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outer = tmp_path_factory.mktemp("outer")
    _git(outer, "init", "-q", "-b", "main")
    _git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repository), "inner")

    assert folders_here(Git.open(outer)) == ()


def test_the_only_model_lies_at_the_root(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "model.yaml").write_text("model: x\n")

    assert folders_here(Git.open(tmp_path)) == (PurePosixPath(),)
