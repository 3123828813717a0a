"""An upgrade is one change of files, whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.errors import Exit, Failure
from mlops_spec.render.write.bring_back import bring_back
from mlops_spec.render.write.journal import Change
from tests.upgrade.conftest import git, upgrade

ROOT = Path(__file__).parent.parent.parent
UV = Path(sys.executable).with_name("uv")
NEW = "vendor/mlops_spec-7.0.0-py3-none-any.whl"


def untouched(root: Path) -> bool:
    return git(root, "status", "--porcelain", "--ignored") == ""


def test_a_wheel_takes_the_old_one_s_place(root: Path, wheel: Path) -> None:
    done = upgrade(root, wheel, "--format", "json")

    told = json.loads(done.stdout)
    assert (told["old"], told["new"], told["locked"]) == ("0.1.0", "7.0.0", {"mlops-spec": ["0.1.0", "7.0.0"]})
    assert told["spec"] == [1, 1]
    assert (told["differing_stages"], told["differing_gates"], told["weakened"], told["runs_too"]) == ([], [], [], {})
    assert (root / NEW).read_bytes() == b"wheel"
    assert git(root, "status", "--porcelain").splitlines() == [
        "M pyproject.toml",
        " M uv.lock",
        " D vendor/mlops_spec-0.1.0-py3-none-any.whl",
        f"?? {NEW}",
    ]


@pytest.mark.slow
def test_the_answer_for_people(root: Path, wheel: Path) -> None:
    done = upgrade(root, wheel)

    assert done.stdout.startswith("mlops-spec 0.1.0 → 7.0.0\n\nspec            version 1, as it was\n")
    assert "\nstages          4, the same\n" in done.stdout


@pytest.mark.slow
def test_an_ignored_wheel_goes_along(root: Path, wheel: Path) -> None:
    (root / ".gitignore").write_text("*.whl\n")
    git(root, "add", ".gitignore")
    git(root, "commit", "--quiet", "--message", "Ignore wheels")

    upgrade(root, wheel)

    assert (root / NEW).is_file()


@pytest.mark.slow
def test_a_version_of_the_index_needs_no_source(root: Path) -> None:
    upgrade(root, "8.1.0")

    text = (root / "pyproject.toml").read_text()
    assert '"mlops-spec[run]==8.1.0"' in text
    assert "tool.uv.sources" not in text
    assert [*(root / "vendor").glob("*")] == [] if (root / "vendor").exists() else True


@pytest.mark.slow
def test_a_revision_of_git_is_pinned_by_its_commit(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source").mkdir()
    git(tmp_path / "source", "init", "--quiet", "--initial-branch=trunk")
    git(tmp_path / "source", "commit", "--quiet", "--allow-empty", "--message", "One")
    commit = git(tmp_path / "source", "rev-parse", "HEAD")
    monkeypatch.setenv("UV_NEWEST", "0.3.0.dev1")
    address = (tmp_path / "source").as_uri()

    upgrade(root, f"git+{address}@trunk")

    text = (root / "pyproject.toml").read_text()
    assert f'mlops-spec = {{ git = "{address}", rev = "{commit}" }}' in text
    assert '"mlops-spec[run]==0.3.0.dev1"' in text


@pytest.mark.slow
def test_what_is_there_already(root: Path) -> None:
    done = upgrade(root, root / "vendor/mlops_spec-0.1.0-py3-none-any.whl")

    assert (done.returncode, done.stdout) == (0, "the repository has that mlops-spec already\n")
    assert untouched(root)


def commit_edit(root: Path, name: str, text: str) -> None:
    file = root / name
    file.write_text(file.read_text() + text)
    git(root, "commit", "--quiet", "--all", "--message", "Edit")


def test_an_edit_that_rendering_would_destroy(root: Path, wheel: Path) -> None:
    commit_edit(root, "dvc.yaml", "# mine\n")

    done = upgrade(root, wheel)

    assert done.returncode == Exit.FINDINGS
    assert "dvc.yaml: was edited after it was rendered" in done.stderr
    assert untouched(root)


@pytest.mark.slow
def test_a_spec_that_is_not_valid(root: Path, wheel: Path) -> None:
    commit_edit(root, "model.yaml", "unheard: of\n")

    done = upgrade(root, wheel)

    assert done.returncode == Exit.USAGE
    assert "unheard" in done.stderr
    assert untouched(root)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fails", "code"),
    [
        ("sync:error sending request", Exit.UNAVAILABLE),
        ("lock:no solution", Exit.CONFIG),
    ],
)
def test_uv_that_fails(root: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch, fails: str, code: Exit) -> None:
    monkeypatch.setenv("UV_FAILS", fails)

    done = upgrade(root, wheel)

    assert done.returncode == code
    assert fails.partition(":")[2] in done.stderr
    assert untouched(root)


def test_edits_that_are_not_committed(root: Path, wheel: Path) -> None:
    (root / "model.yaml").write_text((root / "model.yaml").read_text() + "# mine\n")

    done = upgrade(root, wheel)

    assert done.returncode == Exit.USAGE
    assert "M model.yaml" in done.stderr
    assert git(root, "diff", "--name-only") == "model.yaml"


@pytest.mark.slow
def test_what_git_does_not_know_is_not_overwritten(root: Path, wheel: Path) -> None:
    (root / NEW).write_bytes(b"mine")

    done = upgrade(root, wheel)

    assert done.returncode == Exit.STALE
    assert (root / NEW).read_bytes() == b"mine"
    assert git(root, "diff", "--name-only") == ""


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("latest", "is no version, wheel, folder or git"),
        ("gone.whl", "there is no "),
        ("git+file:///nowhere/at/all@main", "is not available"),
    ],
)
def test_what_can_not_be_had(root: Path, to: str, said: str) -> None:
    done = upgrade(root, to)

    assert done.returncode in (Exit.USAGE, Exit.UNAVAILABLE)
    assert said in done.stderr
    assert untouched(root)


@pytest.mark.parametrize("name", ["model.yaml", "pyproject.toml", "uv.lock"])
def test_a_folder_that_is_no_repository_of_a_model(root: Path, name: str) -> None:
    git(root, "rm", "--quiet", name)
    git(root, "commit", "--quiet", "--message", "Remove")

    done = upgrade(root, "7.0.0")

    assert done.returncode == Exit.CONFIG
    assert f"has no {name}" in done.stderr


def test_a_file_that_changed_meanwhile_stays(root: Path) -> None:
    before = (root / "uv.lock").read_bytes()
    changes = [Change(Path("uv.lock"), before, b"new"), Change(Path("model.yaml"), b"another", b"new")]  # type: ignore[arg-type]

    with pytest.raises(Failure) as failed:
        bring_back(root, changes)

    assert failed.value.exit_code == Exit.STALE
    assert untouched(root)


def wheel_of(revision: str, folder: Path) -> Path:
    """The wheel of a commit of our own history."""
    run("git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, folder / "source", cwd=folder)
    run("git", "checkout", "--quiet", revision, cwd=folder / "source")
    run(UV, "build", "--quiet", "--wheel", "--no-create-gitignore", "--out-dir", folder / "dist", cwd=folder / "source")
    (found,) = (folder / "dist").glob("*.whl")
    return found


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ancestor(commits: int) -> str:
    """The commit that many before ours; skips where the history does not go back so far."""
    listed = run("git", "rev-list", "--first-parent", "HEAD", cwd=ROOT).split()
    if len(listed) <= commits:
        pytest.skip(f"the history has {len(listed)} commits here (a shallow clone), and {commits} are gone back")
    return listed[commits]


def stages_of(text: str) -> dict[str, Any]:
    stages: dict[str, Any] = yaml.safe_load(text)["stages"]
    return stages


@pytest.mark.slow
@pytest.mark.e2e
def test_a_repository_of_a_version_of_150_commits_ago(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made, locked and rendered by that version; one command brings it up, and then all is as a new one's."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@localhost")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    then, root = tmp_path / "then", tmp_path / "credit-default"
    then.mkdir()
    old = wheel_of(ancestor(150), then)
    run(UV, "venv", "--quiet", "--python", sys.executable, then / "venv", cwd=then)
    run(UV, "pip", "install", "--quiet", "--python", then / "venv", old, "uv", cwd=then)
    run(then / "venv/bin/mlops-spec", "new", root, "--defaults", cwd=tmp_path)
    assert (root / "vendor" / old.name).is_file()

    done = upgrade(root, ROOT, "--format", "json")

    assert done.returncode in (Exit.OK, Exit.FINDINGS), done.stderr
    told = json.loads(done.stdout)
    assert told["old"] == old.name.split("-")[1] != told["new"]
    assert told["lint"] == []
    assert told["stages"] == ["split", "train", "evaluate", "package"]
    before, after = stages_of(run("git", "show", "HEAD:dvc.yaml", cwd=root)), stages_of((root / "dvc.yaml").read_text())
    differing = [name for name in told["stages"] if before[name] != after[name]]  # by what is rendered for each
    assert [each["name"] for each in told["differing_stages"]] == differing
    assert {"contract", "leak", "roc_auc"} <= set(told["gates"])
    assert told["weakened"] == []
    assert told["same"] == (done.returncode == Exit.OK)
    run("git", "add", "--all", cwd=root)
    run("git", "commit", "--quiet", "--message", "Upgrade", cwd=root)
    for command in (["lint"], ["render", "--check"], ["run"]):
        run(UV, "run", "--locked", "mlops-spec", *command, cwd=root)
    assert run("git", "status", "--porcelain", cwd=root).split() == ["??", "dvc.lock"]
