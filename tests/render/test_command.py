"""The command `render`: writes, compares, and never takes away what a person wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from mlops_spec.__main__ import main

FULL = Path(__file__).parent / "full" / "model.yaml"
TRAIN = ".github/workflows/mlops-train.yml"


class Done(NamedTuple):
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


class Repository:
    """A repository to render into."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        (root / "model.yaml").write_text(FULL.read_text(encoding="utf-8"), encoding="utf-8")

    def render(self, *options: str) -> Done:
        self._monkeypatch.setattr(sys, "argv", ["mlops-spec", "render", "-C", str(self.root), *options])
        with pytest.raises(SystemExit) as left:
            main()
        return Done(int(left.value.code or 0), *self._capsys.readouterr())

    def checked(self) -> dict[str, str]:
        """The kind of each difference by path."""
        done = self.render("--check", "--format", "json")
        found = {each["path"]: each["kind"] for each in json.loads(done.stdout)["differences"]}
        assert done.returncode == bool(found)
        return found

    def replace(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def all(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with nothing but a spec."""
    return Repository(tmp_path, capsys, monkeypatch)


@pytest.fixture
def repository(fresh: Repository) -> Repository:
    """A repository as rendered."""
    assert fresh.render().returncode == 0
    return fresh


def test_what_was_rendered_is_as_rendered(repository: Repository) -> None:
    done = repository.render("--check")

    assert (done.returncode, done.stdout, done.stderr) == (0, "all files are as rendered\n", "")


def test_a_checkout_of_git_for_windows_is_as_rendered(repository: Repository) -> None:
    """With `core.autocrlf` Git writes other line ends where `.gitattributes` does not say what our files have."""
    git = ("git", "-C", str(repository.root), "-c", "user.name=a", "-c", "user.email=a@b.c")
    for command in (("init", "-q"), ("add", "--all"), ("commit", "-qm", "first")):
        subprocess.run([*git, *command], check=True)
    clone = repository.root / "clone"
    subprocess.run(["git", "-c", "core.autocrlf=true", "clone", "-q", repository.root, clone], check=True)
    repository.root = clone

    assert repository.render("--check").stdout == "all files are as rendered\n"


def test_what_the_spec_changes_is_stale_until_it_is_rendered(repository: Repository) -> None:
    repository.replace("model.yaml", "timeout: 30m", "timeout: 45m")

    assert repository.checked() == {TRAIN: "stale", ".github/workflows/mlops-pull-request.yml": "stale"}
    shown = repository.render("--diff")
    assert (shown.returncode, "-    timeout-minutes: 30\n" in shown.stdout.replace("    -", "-")) == (1, True)
    done = repository.render("--format", "json")
    assert done.returncode == 0
    assert [each["change"] for each in json.loads(done.stdout)["changes"]] == ["updated"] * 3
    assert repository.checked() == {}


def test_checking_writes_nothing(repository: Repository) -> None:
    repository.replace("model.yaml", "timeout: 30m", "timeout: 45m")
    (repository.root / "dvc.yaml").unlink()
    before = repository.all()

    repository.render("--check")
    repository.render("--diff")

    assert repository.all() == before


def test_an_edit_is_shown_with_both_ways_out_and_blocks_all(repository: Repository) -> None:
    repository.replace(TRAIN, "timeout-minutes: 30", "timeout-minutes: 90")
    repository.replace("model.yaml", "risk: high", "risk: limited")
    before = repository.all()

    done = repository.render()

    assert done.returncode == 1
    assert f"{TRAIN}: was edited after it was rendered" in done.stdout
    assert "    -    timeout-minutes: 30\n    +    timeout-minutes: 90\n" in done.stdout
    assert f"put the change into model.yaml and run `mlops-spec render --discard {TRAIN}`" in done.stdout
    assert f"run `mlops-spec render --keep {TRAIN}`" in done.stdout
    assert repository.all() == before


def test_a_kept_edit_survives_every_render(repository: Repository) -> None:
    repository.replace(TRAIN, "contents: read", "contents: read\n      id-token: write # the bucket")

    assert repository.render("--keep", TRAIN).returncode == 0
    assert repository.checked() == {}
    repository.replace("model.yaml", "timeout: 30m", "timeout: 45m")
    assert repository.render().returncode == 0

    assert "id-token: write # the bucket" in repository.read(TRAIN)
    assert "timeout-minutes: 45" in repository.read(TRAIN)
    assert (repository.root / f".mlops/overlays/{TRAIN}.patch").is_file()


def test_an_edit_of_a_kept_edit_is_kept_with_it(repository: Repository) -> None:
    repository.replace(TRAIN, "contents: read", "contents: read\n      id-token: write # the bucket")
    repository.render("--keep", TRAIN)
    repository.replace(TRAIN, "retention-days: 30", "retention-days: 60")
    assert repository.checked() == {TRAIN: "edited"}

    assert repository.render("--keep", TRAIN).returncode == 0

    assert repository.checked() == {}
    patch = repository.read(f".mlops/overlays/{TRAIN}.patch")
    assert "id-token" in patch
    assert "retention-days: 60" in patch


def test_an_overlay_that_no_longer_applies_stops_everything(repository: Repository) -> None:
    repository.replace(TRAIN, "timeout-minutes: 30", "timeout-minutes: 31")
    repository.render("--keep", TRAIN)
    repository.replace("model.yaml", "timeout: 30m", "timeout: 45m")
    before = repository.all()

    done = repository.render()

    assert done.returncode == 78
    assert f".mlops/overlays/{TRAIN}.patch:3: no longer applies to {TRAIN}: line 17" in done.stderr
    assert "Traceback" not in done.stderr
    assert repository.all() == before


def test_an_overlay_of_nothing_that_is_rendered_is_told_of(repository: Repository) -> None:
    patch = repository.root / ".mlops/overlays/mlops-old.yml.patch"
    patch.parent.mkdir()
    patch.write_text("")

    done = repository.render("--check")

    assert (done.returncode, "no managed file mlops-old.yml is rendered" in done.stderr) == (78, True)


def test_a_discarded_edit_is_gone(repository: Repository) -> None:
    before = repository.all()
    repository.replace("dvc.yaml", "build/model", "build/other")

    assert repository.render("--discard", "dvc.yaml").returncode == 0

    assert repository.all() == before


def test_what_is_removed_comes_back(repository: Repository) -> None:
    before = repository.all()
    (repository.root / TRAIN).unlink()
    (repository.root / "deploy/production.yaml").unlink()

    assert repository.checked() == {TRAIN: "missing", "deploy/production.yaml": "missing"}
    assert repository.render().returncode == 0
    assert repository.all() == before


def test_an_environment_that_is_no_longer_declared_goes(repository: Repository) -> None:
    repository.replace("deploy/production.yaml", "version: null", "version: v1.0.0")
    text = repository.read("model.yaml")
    start, end = text.index("  production:\n"), text.index("monitor:\n")
    rest = (text[:start] + text[end:]).replace("champion: production", "champion: staging")
    (repository.root / "model.yaml").write_text(rest, encoding="utf-8")

    assert repository.checked()["deploy/production.yaml"] == "orphan"
    assert repository.checked()[".github/workflows/mlops-promote-production.yml"] == "orphan"
    assert repository.render().returncode == 0

    assert not (repository.root / "deploy/production.yaml").exists()
    assert not (repository.root / ".github/workflows/mlops-promote-production.yml").exists()


def test_an_edited_file_is_not_removed_unasked(repository: Repository) -> None:
    workflow = ".github/workflows/mlops-monitor.yml"
    repository.replace(workflow, "timeout-minutes: 30", "timeout-minutes: 31")
    text = repository.read("model.yaml")
    start, end = text.index("monitor:\n"), text.index("governance:\n")
    (repository.root / "model.yaml").write_text(text[:start] + text[end:], encoding="utf-8")

    assert repository.checked()[workflow] == "edited"
    assert repository.render().returncode == 1
    assert (repository.root / workflow).exists()
    assert repository.render("--discard", workflow).returncode == 0
    assert not (repository.root / workflow).exists()


def test_a_promotion_is_no_edit(repository: Repository) -> None:
    repository.replace("deploy/production.yaml", "version: null", "version: v1.4.0")
    repository.replace("deploy/production.yaml", "serial: 0\nbase", "serial: 7\nbase")

    assert repository.checked() == {}
    assert repository.render().returncode == 0
    assert "version: v1.4.0" in repository.read("deploy/production.yaml")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("serial: 0\nbase", "serials: 0\nbase", "lacks the key `serial`"),
        ("version:", "extra: 1\nversion:", "has the key `extra`"),
        ("environment: production", "environment: staging", "says `environment: staging` instead of `production`"),
        ("model: credit-default", "model: other", "says `model: other`"),
        ("environment: production\n", "environment: [\n", "is not YAML"),
    ],
)
def test_a_desired_state_of_another_shape_is_told_of(repository: Repository, old: str, new: str, problem: str) -> None:
    repository.replace("deploy/production.yaml", old, new)
    before = repository.all()

    for option in ("--check", "--diff"):
        done = repository.render(option)
        assert (done.returncode, problem in done.stdout) == (1, True)
    assert repository.render().returncode == 1
    assert repository.all() == before


def test_a_file_of_the_users_is_never_overwritten_unasked(fresh: Repository) -> None:
    (fresh.root / "dvc.yaml").write_text("stages: {}\n")

    done = fresh.render()

    assert (done.returncode, "dvc.yaml: is there already, and is not ours" in done.stdout) == (1, True)
    assert sorted(path.name for path in fresh.root.iterdir()) == ["dvc.yaml", "model.yaml"]
    assert fresh.render("--adopt", "dvc.yaml").returncode == 0
    assert "split" in fresh.read("dvc.yaml")


def test_lists_that_a_merge_mixed_up_are_made_right(repository: Repository) -> None:
    text = repository.read(".mlops/managed.json")
    repository.replace(".mlops/managed.json", '"dvc.yaml": "sha256:', '"dvc.yaml": "sha256:0')

    assert repository.checked() == {".mlops/managed.json": "stale"}
    assert repository.render().returncode == 0
    assert repository.read(".mlops/managed.json") == text


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--keep", "dvc.yaml"), 2, "--keep dvc.yaml: there is nothing to keep"),
        (("--adopt", "no/such"), 2, "--adopt no/such: there is nothing to adopt"),
        (("--check", "--keep", "dvc.yaml"), 2, "--check changes nothing"),
        (("--format", "xml"), 2, "'xml' is not one of 'json', 'text'"),
        (("-C", "/no/such/folder"), 2, "does not exist"),
    ],
)
def test_wrong_usage_is_told_of(repository: Repository, options: tuple[str, ...], code: int, message: str) -> None:
    before = repository.all()

    done = repository.render(*options)

    assert (done.returncode, message in done.stderr, "Traceback" in done.stderr) == (code, True, False)
    assert repository.all() == before


def test_a_file_that_is_not_text_is_no_crash(repository: Repository) -> None:
    (repository.root / "dvc.yaml").write_bytes(b"\xff\xfe\x00")

    assert repository.checked() == {"dvc.yaml": "edited"}
    kept = repository.render("--keep", "dvc.yaml")
    assert (kept.returncode, "is not UTF-8" in kept.stderr) == (2, True)
    assert repository.render("--discard", "dvc.yaml").returncode == 0


@pytest.mark.parametrize("path", [".github/CODEOWNERS", ".dvc/config", f".mlops/overlays/{TRAIN}.patch"])
def test_a_file_of_the_users_that_is_not_text_is_told_of(repository: Repository, path: str) -> None:
    (repository.root / path).parent.mkdir(parents=True, exist_ok=True)
    (repository.root / path).write_bytes(b"a\xff")

    done = repository.render("--check")

    assert (done.returncode, f"{path}: is not UTF-8: byte 1" in done.stderr) == (78, True)


def test_the_help_has_an_example(fresh: Repository) -> None:
    assert "Example:\n    mlops-spec render" in fresh.render("--help").stdout


@pytest.mark.parametrize("content", [None, b"", b"spec: [", b"spec: 1\n", b"\xff"])
def test_without_a_valid_spec_nothing_is_rendered(fresh: Repository, content: bytes | None) -> None:
    (fresh.root / "model.yaml").unlink()
    if content is not None:
        (fresh.root / "model.yaml").write_bytes(content)

    for options in ((), ("--check",), ("--diff",)):
        done = fresh.render(*options)
        assert (done.returncode, done.stdout, "model.yaml" in done.stderr) == (2, "", True)
    assert [path.name for path in fresh.root.iterdir()] == ["model.yaml"] * (content is not None)
