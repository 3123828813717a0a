"""Our own workflows obey the tools that we hold rendered ones to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
WORKFLOWS = sorted(str(file) for file in (ROOT / ".github" / "workflows").glob("*.yml"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BIN / command[0]), *command[1:]], capture_output=True, text=True, cwd=ROOT, check=False)


def test_zizmor_finds_nothing_at_its_strictest() -> None:
    result = run("zizmor", "--persona", "auditor", "--no-ignores", "--strict-collection", "--offline", ".github")

    assert result.returncode == 0, result.stdout


def test_actionlint_finds_nothing() -> None:
    result = run("actionlint", *WORKFLOWS)

    assert result.returncode == 0, result.stdout


def test_they_follow_the_published_schema() -> None:
    result = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)

    assert result.returncode == 0, result.stdout


def test_our_own_linter_finds_nothing() -> None:
    result = run("mlops-spec", "lint", *WORKFLOWS)

    assert result.returncode == 0, result.stdout + result.stderr


def release(job: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    return dict(found["jobs"][job])


def step(job: str, name: str) -> str:
    return next(str(each["run"]) for each in release(job)["steps"] if each.get("name") == name)


def played(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A step's script, as a runner starts it."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_published_that_was_not_allowed() -> None:
    assert release("build")["needs"] == "allowed"
    assert release("publish")["needs"] == "build"


@pytest.mark.parametrize(("branch", "code"), [("main", 0), ("aside", 1)])
def test_a_tag_that_is_not_on_main_is_not_released(tmp_path: Path, branch: str, code: int) -> None:
    def git(*args: str) -> str:
        person = ("-c", "user.name=T", "-c", "user.email=t@localhost")
        return subprocess.run(["git", *person, *args], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    git("init", "--quiet", "--initial-branch=main")
    for name in ("main", "aside"):
        git("checkout", "--quiet", "-B", name)
        git("commit", "--quiet", "--allow-empty", "--message", name)
    git("update-ref", "refs/remotes/origin/main", "main")

    done = played(step("allowed", "Its commit is on main"), tmp_path, GITHUB_SHA=git("rev-parse", branch).strip())

    assert done.returncode == code
    assert ("is not on main" in done.stdout) == bool(code)


@pytest.mark.parametrize(("runs", "code"), [("1", 0), ("0", 1)])
def test_a_commit_on_which_ci_has_not_passed_is_not_released(tmp_path: Path, runs: str, code: int) -> None:
    (tmp_path / "gh").write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/asked"\necho {runs}\n')
    (tmp_path / "gh").chmod(0o755)

    done = played(
        step("allowed", "CI passed on it"),
        tmp_path,
        PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        GITHUB_REPOSITORY="a/b",
        GITHUB_SHA="c0ffee",
    )

    assert done.returncode == code
    asked = (tmp_path / "asked").read_text()
    assert "--workflow ci.yml --commit c0ffee --branch main --event push --status success" in asked


def test_what_builds_a_release_is_pinned_by_hashes() -> None:
    """All of it: uv, hatchling and what that needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = (ROOT / "hatch/requirements.txt").read_text(encoding="utf-8")
    uv = re.search(r"^uv==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    build = release("build")["steps"]

    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]
    assert {line.split("==")[0] for line in pinned.splitlines() if "==" in line} >= {"hatchling", "pluggy", "packaging"}
    assert uv is not None
    assert [each["with"]["version"] for each in build if "setup-uv" in each.get("uses", "")] == [uv[1]]
    assert any("--build-constraints hatch/requirements.txt --require-hashes" in each.get("run", "") for each in build)
