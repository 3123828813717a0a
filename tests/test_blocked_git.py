"""Git opens whatever lies in its folders: a pipe among them ends a command with its name, not after a quarter hour."""

from __future__ import annotations

import errno
import os
import pathlib
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, blocked, process, reading

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (process, reading):
        monkeypatch.setattr(module, "FIRST_LOOK", 0.05)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    place = tmp_path / "checkout"
    place.mkdir()
    (place / "folder").mkdir()
    (place / "folder/.gitignore").write_text("/out\n")
    known = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for command in (["init", "-q"], ["add", "-A"], [*known, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *command], cwd=place, check=True, capture_output=True)
    return place


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def refused(place: Path, *command: str) -> str:
    begun = time.monotonic()
    with pytest.raises(Failure, match="is a pipe or a device") as caught:
        Git(place).run(*command)
    assert time.monotonic() - begun < 5
    assert caught.value.exit_code == Exit.CONFIG
    return caught.value.message


@pytest.mark.parametrize("place", [".git/config", ".git/HEAD", ".git/index", ".git/info/exclude", "folder/.gitignore"])
def test_what_git_waits_at_is_named(checkout: Path, place: str) -> None:
    piped(checkout / place)
    assert str(checkout / place) in refused(checkout, "check-ignore", "folder/x")


def test_the_users_own_settings_are_too(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    os.mkfifo(tmp_path / ".gitconfig")
    assert str(tmp_path / ".gitconfig") in refused(checkout, "log")


@pytest.mark.parametrize("kept", [True, False])
def test_an_object(checkout: Path, kept: bool) -> None:
    git = Git(checkout)
    commit = git.commit_id()
    name = checkout / ".git/objects" / commit[:2] / commit[2:]
    piped(name)
    with pytest.raises(Failure, match="is a pipe or a device") as caught:
        if kept:
            with git.kept_open() as opened:
                opened.read_object(commit)
        else:
            git.read_object(commit)
    assert str(name) in caught.value.message


def test_what_git_is_given_reaches_it_after_a_look(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "FIRST_LOOK", 1e-6)
    looked: list[Path] = []
    monkeypatch.setattr(process, "pipe_in_the_way", looked.append)
    content = b"x" * 3_000_000
    named = Git(checkout).run("hash-object", "-w", "--stdin", stdin=content).decode().strip()
    assert looked
    assert Git(checkout).read_object(named) == content


def test_where_nothing_is_in_the_way_nothing_is_said(checkout: Path) -> None:
    os.mkfifo(checkout / "folder/pipe")  # which Git never opens
    assert blocked.pipe_in_the_way(checkout / "folder") is None


def test_what_git_has_started_ends_with_it(checkout: Path) -> None:
    """It would hold the output open, and so be waited for."""
    program = checkout / ".git/slow"
    program.write_text("#!/bin/sh\nsleep 600 &\nwait\n")
    program.chmod(0o755)
    known = ("-c", f"alias.slow=!{program}")
    os.mkfifo(checkout / ".git/pipe")
    assert ".git/pipe" in refused(checkout, *known, "slow")


def test_a_linked_work_tree_and_a_remote_that_is_a_folder(checkout: Path, tmp_path: Path) -> None:
    Git(checkout).run("worktree", "add", "-q", str(tmp_path / "linked"))
    Git(checkout).run("clone", "-q", "--bare", str(checkout), str(tmp_path / "origin.git"))
    Git(checkout).run("remote", "add", "origin", str(tmp_path / "origin.git"))
    piped(tmp_path / "origin.git/config")
    assert "origin.git/config" in refused(tmp_path / "linked", "ls-remote", "origin")
    piped(checkout / ".git/worktrees/linked/HEAD")
    assert "worktrees/linked/HEAD" in refused(tmp_path / "linked", "log")


def test_a_repository_without_a_work_tree_and_its_remote(checkout: Path, tmp_path: Path) -> None:
    Git(checkout).run("clone", "-q", "--bare", str(checkout), str(tmp_path / "bare.git"))
    Git(checkout).run("clone", "-q", "--bare", str(checkout), str(tmp_path / "far.git"))
    Git(tmp_path / "bare.git").run("config", "remote.origin.url", "../far.git")
    piped(tmp_path / "far.git/HEAD")
    assert "far.git/HEAD" in refused(tmp_path / "bare.git", "ls-remote", "../far.git")
    piped(tmp_path / "bare.git/HEAD")
    assert "bare.git/HEAD" in refused(tmp_path / "bare.git", "log")


def test_a_folder_that_is_no_repository_is_not_looked_through(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert blocked.pipe_in_the_way(tmp_path) is None


def test_what_can_not_be_read_is_left_to_git(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path, **_: object) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(pathlib.Path, "read_text", denied)
    assert blocked.pipe_in_the_way(checkout) is None
