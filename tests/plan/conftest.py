"""A repository with a release: what its pipeline read and wrote stands in a lock that DVC itself made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec import model_folder
from mlops_spec.engines.dvc import tracking
from mlops_spec.engines.files import LOCK
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import rendered
from mlops_spec.render.write import write
from tests.plan.repositories import EACH, build

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = """\
spec: 1
model: tiny
task: binary-classification
owners: ["@acme/credit"]
data:
  path: data/rows.csv
  target: y
  id: id
  protected: [sex]
  contract:
    rows: {min: 2}
pipeline:
  features:
    run: python -m tiny.features
    reads: [build/data, settings]
    writes: [build/features]
train:
  run: python -m tiny.train
  reads: [build/features]
  params: {learning_rate: 0.00001, word: "yes", depth: [1, 2]}
  features: {exclude: [id, sex]}
  seed: 7
evaluate:
  slices: [sex]
gates:
  - {metric: roc_auc, min: 0.7}
  - {champion: production, metric: roc_auc, margin: 0.01}
  - {fairness: equalized_odds_difference, by: sex, max: 0.1}
environments:
  staging: {after: merge}
  production: {after: staging, promote: {approvals: 1}}
"""
FILES = {
    model_folder.SPEC: SPEC,
    "src/tiny/train.py": "first = 1\nsecond = 2\n",
    "src/tiny/größe.py": "name = 1\n",
    "settings/a.txt": "a\n",
    "uv.lock": "version = 1\n",
    "pyproject.toml": "[project]\nname = 'tiny'\n",
    "data/rows.csv": "id,sex,y\n1,f,0\n2,m,1\n",
    ".gitignore": "/build/\n__pycache__/\n",
}


def _render(root: Path) -> None:
    write(root, rendered(root, load_spec(root / model_folder.SPEC)))


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Do not change: copy it."""
    root = tmp_path_factory.mktemp("released") / "tiny"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    git = Git(root)
    git.run("init", "--quiet", "--initial-branch", "main")
    tracking.initialise(root, remote="../storage")
    tracking.track(root, "data/rows.csv")
    _render(root)
    git.run("config", "user.name", "Test")
    git.run("config", "user.email", "test@localhost")
    git.run("add", "--all")
    git.run("commit", "--quiet", "--message", "Start")
    for path in ("data/train.parquet", "data/test.parquet", "data/split.json", "features/f", "model/m"):
        _write(root / "build" / path)
    for path in ("evaluate/predictions.parquet", "evaluate/evaluation.json", "evaluate/plots/p", "package/manifest"):
        _write(root / "build" / path)
    subprocess.run([sys.executable, "-m", "dvc", "commit", "--force", "--quiet"], cwd=root, check=True)
    _release(git, (root / LOCK).read_bytes())
    return root


def _write(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{file.name}\n", encoding="utf-8")


def _release(git: Git, lock: bytes) -> None:
    """As `register` makes it: a commit on top of main that only its tag points to."""
    now = datetime.now(UTC)
    gates = b'{"v": 1, "seconds": {"split": 20, "features": 30, "train": 100, "evaluate": 25, "package": 5}}'
    tree = git.write_tree("HEAD", {LOCK.name: lock, "release/gate.json": gates})
    commit = git.write_commit(tree, parents=[git.commit_id()], message="Release tiny v1.10.0\n", when=now)
    git.run("update-ref", "refs/tags/tiny@v1.10.0", git.write_tag("tiny@v1.10.0", commit, message="tiny", when=now))
    git.run("tag", "tiny@v1.9.0", "HEAD")
    git.run("tag", "tiny@v2.0.0-draft", "HEAD")


@pytest.fixture
def root(released: Path, tmp_path: Path) -> Path:
    """A copy of the released repository, to change."""
    return Path(shutil.copytree(released, tmp_path / "tiny"))


@pytest.fixture
def render() -> Callable[[Path], None]:
    """What `mlops-spec render` does."""
    return _render


@pytest.fixture(scope="session")
def each(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The repository `EACH` of several models, and its commit; do not change it."""
    root = tmp_path_factory.mktemp("each") / "whole"
    root.mkdir()
    return root, build(root, EACH)
