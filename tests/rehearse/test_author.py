"""The author works in their clone as people do: branch, commit, take back, resolve a conflict in a file."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.rehearse.author import Author
from mlops_spec.rehearse.hub import Person
from mlops_spec.rehearse.hub.origin import Origin

if TYPE_CHECKING:
    from pathlib import Path

ALICE = Person("alice", 101, "alice-token")


@pytest.fixture
def author(tmp_path: Path) -> Author:
    """Main has a deploy file and another; alice has a clone of it."""
    origin = Origin.create(tmp_path / "origin.git")
    subprocess.run(["git", "clone", "--quiet", origin.path, tmp_path / "clone"], check=True, capture_output=True)
    author = Author(ALICE, tmp_path / "clone", "http://127.0.0.1:1", "main")
    write(author, file="v1\n", other="1\n")
    author.commit("Begin")
    author.run("git", "push", "--quiet", "origin", "HEAD:main")
    return author


def write(author: Author, **files: str) -> None:
    for name, text in files.items():
        (author.clone / name).write_text(text, encoding="utf-8")


def push(author: Author, branch: str) -> None:
    author.run("git", "push", "--quiet", "origin", f"HEAD:{branch}")


def test_what_they_commit_is_theirs(author: Author) -> None:
    assert Git(author.clone).text("log", "-1", "--format=%an %ae") == "alice 101+alice@users.noreply.github.com"


def test_the_newest_change_of_main_is_taken_back(author: Author) -> None:
    author.branch("change")
    write(author, file="v2\n")
    author.commit("Change")
    push(author, "main")
    author.branch("back")
    author.revert()

    assert (author.clone / "file").read_text(encoding="utf-8") == "v1\n"


def test_a_resolved_conflict_keeps_the_branchs_file_and_mains_others(author: Author) -> None:
    author.branch("change")
    write(author, file="ours\n")
    author.commit("Change")
    push(author, "change")
    author.branch("meanwhile")
    write(author, file="theirs\n", other="2\n")
    author.commit("Meanwhile")
    push(author, "main")
    author.resolve("change", "file")

    git = Git(author.clone)
    git.fetch("+refs/heads/*:refs/remotes/origin/*")
    assert git.text("show", "origin/change:file") == "ours"
    assert git.text("show", "origin/change:other") == "2"
    assert git.is_ancestor("origin/main", "origin/change")


def test_what_fails_is_named(author: Author) -> None:
    with pytest.raises(Failure, match=r"git switch nowhere failed:\n.*nowhere"):
        author.run("git", "switch", "nowhere")
