"""Repositories of small models on real data, with the real DVC and a remote on disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

from mlops_spec.outputs import outputs
from mlops_spec.render.jinja import render
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    import pandas as pd

TOOLS = Path(sys.executable).parent
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}",
    "DVC_NO_ANALYTICS": "1",
    "CI": "1",
    **{
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "A"), ("EMAIL", "a@b.c"))
    },
}


@dataclass(frozen=True)
class Project:
    """A model's repository, as its user has it."""

    root: Path

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Calls `mlops-spec` as a user does."""
        return subprocess.run(
            [sys.executable, "-m", "mlops_spec", *arguments, "-C", str(self.root)],
            cwd=self.root.parent,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )

    def tool(self, *command: str) -> str:
        """Calls another program in the repository."""
        done = subprocess.run(command, cwd=self.root, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    @property
    def spec(self) -> Spec:
        return Spec.model_validate(yaml.safe_load((self.root / "model.yaml").read_text()))

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(textwrap.dedent(text))

    def render(self) -> None:
        """Writes the pipeline that the spec gives."""
        found = [output for output in outputs(self.spec, frozenset({"src"})) if output.path.name == "dvc.yaml"]
        self.write("dvc.yaml", render(found)[0])

    def commit(self, message: str = "Change") -> None:
        self.tool("git", "add", "-A", "--", ":!dvc.lock")
        self.tool("git", "commit", "--quiet", "--message", message)


def make_project(folder: Path, model: str) -> Project:
    """The repository of a model under `models/`, with an origin and a DVC remote beside it and its data tracked."""
    root = folder / "repo"
    shutil.copytree(MODELS / model, root, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(root)
    initialize(project)
    project.write(".dvc/config", REMOTE.format(url=folder / "storage"))
    project.tool("git", "init", "--quiet", "--bare", "--initial-branch", "main", str(folder / "origin.git"))
    project.tool("git", "remote", "add", "origin", str(folder / "origin.git"))
    project.write("MODEL_CARD.md", "# A model\n")
    (root / "data").mkdir()
    ROWS[model]().to_csv(root / "data" / "rows.csv", index=False)
    project.tool("dvc", "add", "--quiet", "data/rows.csv")
    project.render()
    project.commit("Begin")
    return project


def initialize(project: Project) -> None:
    """What `git init` and `dvc init` do."""
    project.tool("git", "init", "--quiet", "--initial-branch", "main")
    project.write(".dvc/config", "")
    project.write(".dvc/.gitignore", "/config.local\n/tmp\n/cache\n")
    project.write(".gitignore", "/build/\n__pycache__/\n")
    project.write(".dvcignore", "__pycache__/\n")


def tumour_rows() -> pd.DataFrame:
    """569 rows, five of the thirty measurements."""
    rows = load_breast_cancer(as_frame=True).frame.rename(columns=lambda name: name.replace(" ", "_"))
    names = ["mean_radius", "mean_texture", "mean_smoothness", "worst_area", "worst_concavity"]
    rows = rows[names].assign(diagnosis=rows["target"].map({0: "malignant", 1: "benign"}))
    return rows.set_axis([f"p{number:03}" for number in range(len(rows))]).reset_index(names="id")


def wine_rows() -> pd.DataFrame:
    """178 rows, classes in words."""
    rows = load_wine(as_frame=True).frame.rename(columns=lambda name: name.replace("/", "_"))
    return rows.assign(cultivar=rows.pop("target").map({0: "barolo", 1: "grignolino", 2: "barbera"})).reset_index(
        names="id"
    )


def progression_rows() -> pd.DataFrame:
    """442 rows."""
    return load_diabetes(as_frame=True).frame.rename(columns={"target": "progression"}).reset_index(names="id")


MODELS = Path(__file__).parent / "models"
ROWS = {"tumour": tumour_rows, "wine": wine_rows, "progression": progression_rows}
REMOTE = """\
[core]
    remote = storage
['remote "storage"']
    url = {url}
    verify = true
"""


@pytest.fixture(scope="module")
def tumour(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("tumour"), "tumour")


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("wine"), "wine")


@pytest.fixture(scope="module")
def progression(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("progression"), "progression")
