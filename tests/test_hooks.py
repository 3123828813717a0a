"""The hooks that we ship, as pre-commit runs them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
MINIMAL = (ROOT / "tests" / "specs" / "ok" / "minimal.yaml").read_text(encoding="utf-8")
WRONG = MINIMAL.replace("    min: 0.75", "    max: 0.75")

FILES = {
    "mlops-spec-lint": (
        ["model.yaml", "models/credit/model.yaml"],
        ["my-model.yaml", "model.yaml.bak", "model.yml", "model.yaml/x"],
    ),
    "mlops-spec-lint-repository": (
        [
            *("model.yaml", "src/credit/train.py", "data/rows.csv.dvc", "uv.lock", ".dvc/config"),
            *(".github/workflows/x.yml", "models/credit/model.yaml", "models/credit/src/credit/train.py"),
        ],
        ["README.md", "tests/test_train.py", "models/credit/README.md"],
    ),
    "mlops-spec-render-check": (
        [
            *("model.yaml", "dvc.yaml", ".github/workflows/mlops-merge.yml", "deploy/production.yaml", ".dvc/config"),
            *("models/credit/model.yaml", "models/credit/deploy/production.yaml", "pyproject.toml"),
        ],
        ["src/train.py", "data/rows.csv", "models/credit/README.md", ".dvc/config.local"],
    ),
}


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_runs_for_the_files_that_concern_it(name: str) -> None:
    pattern = re.compile(HOOKS[name]["files"])
    concerned, others = FILES[name]

    assert [file for file in concerned if not pattern.search(file)] == []
    assert [file for file in others if pattern.search(file)] == []


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_has_what_pre_commit_needs_and_is_a_command_of_ours(name: str) -> None:
    program, command, *options = shlex.split(HOOKS[name]["entry"])
    shown = subprocess.run(
        [sys.executable, "-m", "mlops_spec", command, "--help"], capture_output=True, text=True, check=False
    )

    assert program == "mlops-spec"
    assert HOOKS[name]["language"] == "python"
    assert all(option in shown.stdout for option in options)


@pytest.mark.parametrize(("text", "code"), [(MINIMAL, 0), (WRONG, 1), ("[", 2)])
def test_the_lint_hook_as_shipped(text: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(text, encoding="utf-8")
    entry = shlex.split(HOOKS["mlops-spec-lint"]["entry"])[1:]

    done = subprocess.run(
        [sys.executable, "-m", "mlops_spec", *entry, "model.yaml"],
        cwd=tmp_path,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code, done.stderr
    assert "model.yaml" in done.stdout


@pytest.mark.slow
def test_pre_commit_installs_the_hooks_from_this_repository_and_runs_them(tmp_path: Path) -> None:
    """From a clone, in an environment of pre-commit's own; needs the package index."""
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "--quiet")
    hooks = [{"id": "mlops-spec-lint"}, {"id": "mlops-spec-render-check"}]
    config = {"repos": [{"repo": str(ROOT), "rev": git(ROOT, "rev-parse", "HEAD"), "hooks": hooks}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (project / "model.yaml").write_text(MINIMAL, encoding="utf-8")
    environment = os.environ | {
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    subprocess.run([sys.executable, "-m", "mlops_spec", "render"], cwd=project, check=True, capture_output=True)

    def pre_commit() -> subprocess.CompletedProcess[str]:
        git(project, "add", "--all")
        command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    good = pre_commit()
    with (project / "dvc.yaml").open("a", encoding="utf-8") as pipeline:
        pipeline.write("# by hand\n")
    edited = pre_commit()
    (project / "model.yaml").write_text(WRONG, encoding="utf-8")
    wrong = pre_commit()

    assert good.returncode == 0, good.stdout + good.stderr
    assert all(HOOKS[hook["id"]]["name"] in good.stdout for hook in hooks)
    assert (edited.returncode, "dvc.yaml" in edited.stdout, "by hand" in edited.stdout) == (1, True, True)
    assert (wrong.returncode, "MS203" in wrong.stdout) == (1, True)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()
