"""Builds of different contents never share a version, and no process looks its version up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
HATCH = ROOT / "hatch" / "version.py"


class Clone(Protocol):
    """Git in a clone."""

    def __call__(self, *args: str) -> str: ...


def loaded() -> Callable[[Path], str]:
    spec = spec_from_file_location("hatch_version", HATCH)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Path], str] = module.version
    return found


version = loaded()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone with one commit of one file."""
    folder = tmp_path / "clone"
    folder.mkdir()
    git = clone(folder)
    git("init", "--quiet", "--initial-branch=main")
    (folder / "file.py").write_text("1\n")
    (folder / ".gitignore").write_text("ignored\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "One")
    return folder


def clone(folder: Path) -> Clone:
    def git(*args: str) -> str:
        person = ("-c", "user.name=T", "-c", "user.email=t@localhost")
        return subprocess.run(
            ["git", *person, *args], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    return git


def commit(root: Path, message: str = "Another") -> None:
    clone(root)("commit", "--quiet", "--allow-empty", "--message", message)


def short(root: Path) -> str:
    return clone(root)("rev-parse", "HEAD")[:12]


def test_a_tag_is_the_version(root: Path) -> None:
    clone(root)("tag", "v1.2.3")

    assert version(root) == "1.2.3"


@pytest.mark.parametrize("tag", ["v1.2", "v1.2.3rc1", "model@v1.0.0", "1.2.3"])
def test_another_tag_is_none(root: Path, tag: str) -> None:
    clone(root)("tag", tag)

    assert version(root) == f"0.2.0.dev1+g{short(root)}"


def test_commits_after_a_tag_come_before_the_next_one(root: Path) -> None:
    clone(root)("tag", "v1.2.3")
    commit(root)
    commit(root)

    assert version(root) == f"1.2.4.dev2+g{short(root)}"


def test_commits_of_one_content_differ(root: Path) -> None:
    first = version(root)
    commit(root)

    assert version(root) != first


def test_clones_of_a_shallow_clone_s_depth_differ_by_commit(root: Path, tmp_path: Path) -> None:
    found = set()
    for name in ("a", "b"):
        commit(root, name)
        clone(tmp_path)("clone", "--quiet", "--depth=1", "--no-tags", root.as_uri(), name)
        found.add(version(tmp_path / name))

    assert len(found) == 2
    assert all(each.startswith("0.2.0.dev1+g") for each in found)


def test_edits_are_told_apart_by_what_they_are(root: Path) -> None:
    clone(root)("tag", "v1.2.3")
    seen = [version(root)]
    for name, text in [("file.py", "2\n"), ("file.py", "3\n"), ("new.py", "4\n"), ("new.py", "5\n")]:
        (root / name).write_text(text)
        seen.append(version(root))

    assert len(set(seen)) == len(seen)
    assert seen[1].startswith(f"1.2.4.dev0+g{short(root)}.d")


def test_what_is_ignored_and_what_the_build_itself_writes_is_no_edit(root: Path) -> None:
    clone(root)("tag", "v1.2.3")
    (root / "ignored").write_text("1")
    (root / "mlops_spec").mkdir()
    (root / "mlops_spec/_version.py").write_text("1")

    assert version(root) == "1.2.3"


def test_an_unpacked_archive_goes_by_its_files(root: Path) -> None:
    """Also within somebody else's clone, whose commits say nothing of ours."""
    inner = root / "vendored"
    inner.mkdir()
    seen = []
    for text in ("1", "2"):
        (inner / "file.py").write_text(text)
        seen.append(version(inner))

    assert len(set(seen)) == 2
    assert all(each.startswith("0.2.0.dev0+t") for each in seen)


def test_a_hook_s_git_is_not_asked(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    clone_free = version(root)

    monkeypatch.undo()
    assert clone_free == version(root)


def test_no_process_looks_its_version_up() -> None:
    """`importlib.metadata` takes 10 ms and more."""
    asked = "import sys, mlops_spec.cli; print(mlops_spec.__version__, 'importlib.metadata' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()

    assert said[0] != "0+source"
    assert said[1] == "False"


def uv(*args: str | Path, cwd: Path) -> None:
    command = [Path(sys.executable).with_name("uv"), *args]
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_what_is_built_says_its_version_everywhere(tmp_path: Path) -> None:
    """A source archive from a clone without tags, the wheel from that, and what is installed from it."""
    clone(tmp_path)("clone", "--quiet", "--no-tags", "--depth=1", ROOT.as_uri(), "clone")
    source, dist = tmp_path / "clone", tmp_path / "dist"
    expected = version(source)

    uv("build", "--quiet", "--out-dir", dist, cwd=source)
    shutil.rmtree(source / ".git")
    uv("venv", "--quiet", "--python", sys.executable, tmp_path / "venv", cwd=tmp_path)
    wheel = dist / f"mlops_spec-{expected}-py3-none-any.whl"
    uv("pip", "install", "--quiet", "--python", tmp_path / "venv", wheel, cwd=tmp_path)

    assert {file.name for file in dist.iterdir()} >= {wheel.name, f"mlops_spec-{expected}.tar.gz"}
    said = subprocess.run(
        [tmp_path / "venv/bin/mlops-spec", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert said == f"mlops-spec, version {expected}\n"
