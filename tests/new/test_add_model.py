"""In a repository `new` adds a model: its folder, what the root needs for it, and nothing of any other model."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml

from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.load import load_spec, shared_around
from mlops_spec.lint.models import models_in
from mlops_spec.start.new.add_model import Added, add_model
from mlops_spec.start.new.questions import Given, choose_further, take_default
from mlops_spec.start.new.spot import spot_for

from .conftest import ends

PINNED = """\
[project]
name = "all"
version = "1"
requires-python = ">=3.11"
dependencies = [
  "mlops-spec[run]==0.9", # as it is
  "pandas",
]

[dependency-groups]
ops = ["mlops-spec==0.9"]
"""
SETTINGS = """
[tool.mlops-spec]
owners = ["@acme/all"]
models = ["ml/*"]

[tool.mlops-spec.storage]
url = "s3://bucket/all"

[tool.mlops-spec.environments]
staging = { after = "merge", listen = "127.0.0.1:9000" }
production = { after = "staging", promote = { approvals = 2 } }
"""


@pytest.fixture
def root(tmp_path: Path, fake_uv: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without a commit, and the folder where we are; the real uv edits, but never locks."""
    monkeypatch.setenv("UV_REAL", str(Path(sys.executable).with_name("uv")))
    root = tmp_path / "work/all"
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch", "main")
    monkeypatch.chdir(root)
    return root


def git(root: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def mlops_spec(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlops_spec", *args]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def added(place: str, **given: object) -> Added:
    wanted = Given(Path(place), **{"starter": "blank", **given})  # type: ignore[arg-type]
    spot = spot_for(wanted.directory)
    assert spot
    return add_model(spot, choose_further(wanted, spot, take_default), say=lambda step: None)


def contents(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_two_models_are_as_rendered_and_lint_finds_nothing(root: Path) -> None:
    first = mlops_spec("new", "churn", "--starter", "blank", cwd=root)
    before = contents(root)
    second = mlops_spec("new", "models/credit", "--owner", "@acme/risk", cwd=root)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    after = contents(root)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {".github/CODEOWNERS", "pyproject.toml", "uv.lock"}
    assert [model.name for model in models_in(root)] == ["churn", "credit"]
    assert "numpy>=2.0" in tomllib.loads(after["pyproject.toml"].decode())["project"]["dependencies"]
    lint = mlops_spec("lint", cwd=root)
    assert lint.returncode == 0, lint.stdout + lint.stderr
    check = mlops_spec("render", "--check", cwd=root)
    assert check.returncode == 0, check.stdout


def test_pre_commit_finds_its_hooks_at_the_root(root: Path) -> None:
    added("churn")
    (hooks,) = yaml.safe_load((root / ".pre-commit-config.yaml").read_text())["repos"]
    (lint,) = [hook for hook in hooks["hooks"] if hook["id"] == "mlops-spec-lint"]

    assert re.search(lint["files"], "models/churn/model.yaml")
    assert not (root / "models/churn/.pre-commit-config.yaml").exists()


def test_hooks_that_are_there_stay_and_it_is_said_what_they_lack(root: Path) -> None:
    (root / ".pre-commit-config.yaml").write_text("repos: []\n")
    done = mlops_spec("new", "churn", "--starter", "blank", cwd=root)

    assert (root / ".pre-commit-config.yaml").read_text() == "repos: []\n"
    assert "Not linted on a commit: .pre-commit-config.yaml at the root has no hook of mlops-spec" in done.stdout


def test_data_is_tracked_by_the_one_dvc_of_the_root(root: Path) -> None:
    added("churn")

    entry = yaml.safe_load((root / "models/churn/data/churn.csv.dvc").read_text())["outs"][0]
    cached = root / ".dvc/cache/files/md5" / entry["md5"][:2] / entry["md5"][2:]
    assert cached.read_bytes() == (root / "models/churn/data/churn.csv").read_bytes()
    assert "url = ../../all-storage\n" in (root / ".dvc/config").read_text()
    assert not (root / "models/churn/.dvc").exists()


def test_nothing_is_committed_and_what_is_said_to_add_is_all(root: Path) -> None:
    done = mlops_spec("new", "churn", "--starter", "blank", cwd=root)

    assert "nothing is committed" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("  git add ")]
    subprocess.run(line.strip(), shell=True, check=True, cwd=root)
    assert git(root, "status", "--porcelain", "--untracked-files=all").count("??") == 0
    assert "models/churn/data/churn.csv\n" not in git(root, "ls-files")
    assert not any(name.startswith(".dvc/cache") for name in git(root, "ls-files").splitlines())


def test_what_all_share_stands_once(root: Path) -> None:
    """The first model writes it; a name of the default branch other than main is part of it."""
    git(root, "symbolic-ref", "HEAD", "refs/heads/trunk")

    added("churn", owners=("@acme/churn",))

    shared = shared_around(root)
    assert (shared.branch, shared.owners) == ("trunk", ["@acme/churn"])
    own = yaml.safe_load((root / "models/churn/model.yaml").read_text())
    assert "owners" not in own
    assert own["environments"] == {"staging": {}, "production": {"rollout": {"canary": [50], "watch": "1m"}}}
    spec = load_spec(root / "models/churn/model.yaml")
    assert (spec.owners, spec.environments["production"].after) == (["@acme/churn"], "staging")


def test_settings_that_are_there_are_kept_and_left_out_of_the_model(root: Path) -> None:
    (root / "pyproject.toml").write_text(PINNED + SETTINGS)

    done = added("churn", owners=("@acme/churn",))

    assert str(done.folder) == "ml/churn"
    text = (root / "pyproject.toml").read_text()
    assert SETTINGS in text
    own = yaml.safe_load((root / "ml/churn/model.yaml").read_text())
    assert own["owners"] == ["@acme/churn"]
    assert "storage" not in own
    assert own["environments"]["production"] == {"listen": "127.0.0.1:8082", "rollout": {"canary": [50], "watch": "1m"}}
    for option in ({"remote": "s3://other"}, {"branch": "trunk"}):
        with pytest.raises(Failure, match="settled for all models"):
            added("other", **option)
    with pytest.raises(Failure, match=r"no model's folder: `models` in \[tool.mlops-spec\] says ml/\*"):
        added("models/other")


def test_a_pin_that_is_there_stays_and_what_is_missing_is_added(root: Path) -> None:
    (root / "pyproject.toml").write_text(PINNED)

    added("churn")

    text = (root / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    assert '"mlops-spec[run]==0.9", # as it is\n  "pandas",\n' in text
    assert project["project"]["dependencies"][2:] == ["pyyaml>=6.0.2", "scikit-learn>=1.6", "skops>=0.12"]
    assert project["dependency-groups"]["ops"] == ["mlops-spec==0.9"]
    assert project["dependency-groups"]["serve"] == ["mlops-spec[serve]==0.9"]
    assert not (root / "vendor").exists()


def test_a_member_of_a_workspace_has_a_project_of_its_own(root: Path) -> None:
    (root / "pyproject.toml").write_text(PINNED + '\n[tool.uv.workspace]\nmembers = ["models/*"]\n')

    added("churn")

    project = tomllib.loads((root / "pyproject.toml").read_text())
    assert "churn" in project["project"]["dependencies"]
    assert project["tool"]["uv"]["sources"] == {"churn": {"workspace": True}}
    member = tomllib.loads((root / "models/churn/pyproject.toml").read_text())
    assert (member["project"]["name"], set(member)) == ("churn", {"build-system", "project"})


@pytest.mark.parametrize(
    "text", ["", "[tool.ruff]\n", '[project]\nname = "a"\ndynamic = ["dependencies", "version"]\n']
)
def test_where_editing_is_not_safe_it_is_said_what_to_add(root: Path, text: str) -> None:
    (root / "pyproject.toml").write_text(text)

    with pytest.raises(Failure, match=r"no .project. whose dependencies can be edited") as failed:
        added("churn")

    assert "scikit-learn" in failed.value.remedy
    assert contents(root) == {"pyproject.toml": text.encode()}


def test_edits_that_nobody_committed_stay(root: Path) -> None:
    added("churn")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "x")
    (root / "models/churn/README.md").write_text("mine")
    (root / "notes").write_text("mine")

    added("credit")

    assert (root / "models/churn/README.md").read_text() == (root / "notes").read_text() == "mine"


def test_a_spec_that_is_broken_holds_up_only_what_follows_from_all(root: Path) -> None:
    added("churn")
    (root / "models/churn/model.yaml").write_text("model: churn\n")
    owners = (root / ".github/CODEOWNERS").read_bytes()

    done = added("credit")

    assert done.untold == ("models/churn",)
    assert (root / "models/credit/dvc.yaml").is_file()
    assert (root / ".github/CODEOWNERS").read_bytes() == owners


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("churn", "models/churn is not empty"),
        ("models/churn/inner", "lies in the folder of another model, models/churn"),
        ("../all/models/x/../churn", "not empty"),
        ("link/credit", "link is a link"),
        ("notes/credit", "notes is not a folder"),
        ("sub/credit", "lies in a submodule"),
    ],
)
def test_a_place_that_can_not_be_is_refused(root: Path, name: str, why: str) -> None:
    added("churn")
    (root / "link").symlink_to(root / "models")
    (root / "notes").write_text("")
    empty = git(root, "commit-tree", "-m", "x", git(root, "write-tree"))
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{empty},sub")
    before = contents(root)

    with pytest.raises(Failure, match=why):
        added(name)

    assert contents(root) == before


def test_a_name_that_another_model_has_is_refused(root: Path) -> None:
    added("churn")
    with pytest.raises(Failure, match="is called `churn` already"):
        added("models/other", name="churn")
    assert not (root / "models/other").exists()


def test_a_model_at_the_root_is_told_how_to_move(root: Path) -> None:
    (root / "model.yaml").write_text("spec: 1\nmodel: credit\n")
    (root / "src").mkdir()

    with pytest.raises(Failure, match="one model, `credit`, at its root") as failed:
        added("churn")

    assert "mkdir -p models/credit && git mv -k model.yaml src models/credit/" in failed.value.remedy


def test_a_bare_repository_and_a_submodule_have_no_models(root: Path) -> None:
    git(root.parent, "init", "--quiet", "--bare", "bare.git")
    with pytest.raises(Failure, match="without a work tree"):
        spot_for(root.parent / "bare.git/churn")
    with pytest.raises(Failure, match="without a work tree"):
        spot_for(root / ".git/churn")
    inner = root.parent / "outer/modules/all"
    inner.parent.mkdir(parents=True)
    (root / ".git").rename(inner)
    (root / ".git").write_text(f"gitdir: {inner}\n")
    with pytest.raises(Failure, match="is a submodule"):
        spot_for(root / "churn")


@pytest.mark.parametrize("step", range(4))
def test_interrupted_at_any_step_all_is_as_it_was(root: Path, step: int) -> None:
    (root / "pyproject.toml").write_text(PINNED)
    before, steps = contents(root), []
    spot = spot_for(Path("churn"))
    assert spot

    def say(name: str) -> None:
        steps.append(name)
        if len(steps) > step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_model(spot, choose_further(Given(Path("churn")), spot, take_default), say=say)

    assert contents(root) == before
    assert [*root.parent.iterdir()] == [root]
    assert not (root / "models").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_by_a_signal_while_uv_works(
    root: Path, fake_uv: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("UV_SLEEP", "60")
    process = subprocess.Popen(
        [sys.executable, "-m", "mlops_spec", "new", "churn", "--defaults"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    for _ in range(200):
        if fake_uv.exists():
            break
        time.sleep(0.05)

    process.send_signal(number)

    assert process.wait(timeout=10) == 128 + number
    assert process.communicate() == (b"", b"")
    assert ends(int(fake_uv.with_suffix(".pid").read_text()))
    assert contents(root) == {}
    assert [*root.parent.iterdir()] == [root]


def test_when_uv_fails_or_a_file_is_edited_meanwhile(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "pyproject.toml").write_text(PINNED)
    spot = spot_for(Path("churn"))
    assert spot
    choices = choose_further(Given(Path("churn")), spot, take_default)

    def edit(step: str) -> None:
        if step.startswith("locking"):
            (root / "pyproject.toml").write_text(PINNED + "# mine\n")

    with pytest.raises(Failure, match=r"pyproject.toml: was changed meanwhile") as stale:
        add_model(spot, choices, say=edit)
    assert stale.value.exit_code == Exit.STALE
    monkeypatch.setenv("UV_FAILS", "error: Failed to fetch: `simple/pandas/`")
    with pytest.raises(Failure, match="uv could not"):
        add_model(spot, choices, say=lambda step: None)

    assert contents(root) == {"pyproject.toml": (PINNED + "# mine\n").encode()}


def test_a_disk_that_refuses_leaves_all_as_it_was(root: Path) -> None:
    (root / "models").mkdir()
    (root / "models").chmod(0o500)
    if os.access(root / "models", os.W_OK):
        pytest.skip("nothing refuses the superuser")
    with pytest.raises(Failure, match="can't write"):
        added("churn")
    assert contents(root) == {}
