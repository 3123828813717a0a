"""A model's place: one at the root keeps its names, one of many has its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from mlops_spec.git import Git
from mlops_spec.place import Place
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.validate.at_commit import spec_at

SPEC = (Path(__file__).parent / "specs" / "ok" / "minimal.yaml").read_text()
DECLARED = """\
environment: production
model: {model}
version: null
digest: null
serial: 0
base_serial: 0
base_digest: null
evidence: []
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for folder in (Path(), Path("models/churn")):
        (tmp_path / folder / "deploy").mkdir(parents=True)
        (tmp_path / folder / "model.yaml").write_text(SPEC)
        (tmp_path / folder / "deploy/production.yaml").write_text(DECLARED.format(model=f"m{len(folder.parts)}"))
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "Two models"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, env=os.environ | AUTHOR)
    return tmp_path


AUTHOR = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@pytest.mark.parametrize("folder", ["", "models/churn"])
def test_a_commit_is_read_below_the_folder_that_was_opened(repository: Path, folder: str) -> None:
    git = Git.open(repository / folder)
    tree = git.here()

    assert git.folder == PurePosixPath(folder)
    assert spec_at(tree).model
    said = declared_in(tree, "production")
    assert isinstance(said, Declared)
    assert said.model == f"m{len(PurePosixPath(folder).parts)}"
    assert [each.path for each in tree.entries("deploy")] == ["deploy/production.yaml"]


def test_the_only_model_keeps_its_names(repository: Path) -> None:
    place = Place.of(Git.open(repository), "churn")

    assert place.deploy("staging") == PurePosixPath("deploy/staging.yaml")
    assert place.branch("rollback", "staging") == "mlops/rollback-staging"
    assert place.path == repository


def test_one_of_many_has_names_of_its_own(repository: Path) -> None:
    git = Git.open(repository / "models" / "churn")
    place = Place.of(git, "churn")

    assert (place.root, place.path) == (repository, repository / "models" / "churn")
    assert git.here().read(place.deploy("production").relative_to(place.folder)) is not None
    assert git.tree().read(place.deploy("production")) is not None
    assert place.branch("retrain", "staging") == "mlops/retrain-churn-staging"
