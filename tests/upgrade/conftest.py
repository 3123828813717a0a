"""A repository to upgrade, and a `uv` that answers at once with this very mlops-spec for every version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_spec import model_folder
from mlops_spec.lint.load import load_spec
from mlops_spec.lint.models import models_in
from mlops_spec.outputs.parts import parts_of
from mlops_spec.outputs.rendered import rendered
from mlops_spec.outputs.sync import sync
from mlops_spec.render.write import write

STARTER = Path(__file__).parent.parent.parent / "template" / "starter" / "blank"
UV = f"""\
#!{sys.executable}
import os, pathlib, re, sys
said = " ".join(sys.argv)
if fails := os.environ.get("UV_FAILS"):
    word, message = fails.split(":", 1)
    if word in said:
        sys.exit(print(message) or 2)
if " sync " in said:
    python = pathlib.Path(os.environ["UV_PROJECT_ENVIRONMENT"], "bin", "python")
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\\nexec "{sys.executable}" "$@"\\n')
    python.chmod(0o755)
if " lock " in said:
    pinned = re.search(r'"mlops-spec(?:\\[run\\])?(?:==([^"]*))?"', pathlib.Path("pyproject.toml").read_text())
    version = pinned[1] or os.environ["UV_NEWEST"]
    package = '[[package]]\\nname = "mlops-spec"\\nversion = "' + version + '"\\n'
    pathlib.Path("uv.lock").write_text("version = 1\\n\\n" + package)
"""


def git(root: Path, *args: str) -> str:
    person = ("-c", "user.name=T", "-c", "user.email=t@localhost")
    return subprocess.run(["git", *person, *args], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def upgrade(root: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlops_spec", "upgrade", *map(str, args)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def fake_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "uv").write_text(UV)
    (folder / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    file = tmp_path / "mlops_spec-7.0.0-py3-none-any.whl"
    file.write_bytes(b"wheel")
    return file


@pytest.fixture
def root(tmp_path: Path, fake_uv: None) -> Path:
    """The blank starter, rendered and committed, with mlops-spec 0.1.0 from a wheel in `vendor/`."""
    root = begun(tmp_path / "repo")
    write(root, rendered(root, load_spec(root / model_folder.SPEC)))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Start")
    return root


@pytest.fixture
def several(tmp_path: Path, fake_uv: None) -> Path:
    """The same with two models of the starter, each in a folder."""
    root = begun(tmp_path / "repo")
    spec = (root / model_folder.SPEC).read_text()
    for name in ("churn", "fraud"):
        folder = root / "models" / name
        for part in ("src", "data"):
            shutil.copytree(root / part, folder / part)
        (folder / model_folder.SPEC).write_text(re.sub("^model: .*$", f"model: {name}", spec, flags=re.MULTILINE))
    for part in ("src", "data"):
        shutil.rmtree(root / part)
    (root / model_folder.SPEC).unlink()
    for part in parts_of(models_in(root)):
        assert sync(part, {}).blocked_by == ()
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Start")
    return root


def begun(root: Path) -> Path:
    """A new repository with the starter's files, of which nothing is committed yet."""
    shutil.copytree(STARTER, root, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", ".venv", "build"))
    project = root / "pyproject.toml"
    text = project.read_text().replace('"mlops-spec', '"mlops-spec==0.1.0').replace("==0.1.0[run]", "[run]==0.1.0")
    text = text.replace("==0.1.0[serve]", "[serve]==0.1.0")
    old = "vendor/mlops_spec-0.1.0-py3-none-any.whl"
    project.write_text(f'{text}\n[tool.uv.sources]\nmlops-spec = {{ path = "{old}" }}\n')
    (root / "vendor").mkdir()
    (root / old).write_bytes(b"old")
    (root / "uv.lock").write_text('version = 1\n\n[[package]]\nname = "mlops-spec"\nversion = "0.1.0"\n')
    git(root, "init", "--quiet", "--initial-branch=main")
    return root
