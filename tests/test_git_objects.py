"""Objects that we make are Git's own, to the byte; and what is read and written takes few processes."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import AUTHOR, EMPTY_TREE, Git, GitError, reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHEN = datetime(2026, 11, 23, 4, 15, 7, tzinfo=UTC)
# Git sorts a folder as if its name ended in a slash, after `a-b` and `a.b`, before `a0`.
NAMES = ("a/x", "a-b", "a.b", "a0", "ä/é.txt", "line\nbreak", "b/c/d/e", "b/c.x", "z")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A repository with files, a program, a link and a submodule."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "r")], check=True)
    git = Git.open(tmp_path / "r")
    blob = git.run("hash-object", "-w", "--stdin", stdin=b"x").decode().strip()
    listed = "".join(f"100644 {blob}\t{name}\0" for name in NAMES)
    listed += f"100755 {blob}\tb/run\x00120000 {blob}\tlink\x00160000 {'1' * 40}\ta\x01sub\0"
    git.run("update-index", "-z", "--index-info", stdin=listed.encode())
    return git


def committed(git: Git) -> str:
    tree = git.text("write-tree")
    return git.write_commit(tree, message="Begin\n", when=WHEN)


def by_git(git: Git, base: str, files: dict[str, bytes | None]) -> str:
    """The tree that Git's own index gives."""
    git.run("read-tree", base)
    for path, content in files.items():
        git.run("rm", "-r", "-q", "--cached", "--ignore-unmatch", "--", path)
        if content is not None:
            blob = git.run("hash-object", "-w", "--stdin", stdin=content).decode().strip()
            git.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    return git.text("write-tree")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a/y": b"1", "a0": b"2", "new/deep/er": b"3"},
        {"a/x": None, "b/run": b"no program"},
        {"a/x": None, "a": b"a file now"},
        {"z": None, "z/in": b"a folder now"},
        dict.fromkeys((*NAMES, "b/run", "link", "a\x01sub")),
    ],
    ids=["nothing", "added", "removed", "folder to file", "file to folder", "all removed"],
)
def test_a_tree_is_what_git_makes_of_it(git: Git, files: dict[str, bytes | None]) -> None:
    base = committed(git)
    written = git.write_tree(base, files)
    assert written == by_git(git, base, files)
    assert git.resolve(f"{written}^{{tree}}") == written


def test_the_empty_tree_can_be_committed(git: Git) -> None:
    assert git.write_tree(None, {}) == EMPTY_TREE
    commit = git.write_commit(EMPTY_TREE, message="Nothing\n", when=WHEN)
    assert git.tree(commit).entries() == ()


@pytest.mark.parametrize("message", ["Subject\n\nBody\n", "no line break at the end", "é ✓\n", ""])
def test_commits_and_tags_are_what_git_makes_of_them(git: Git, message: str) -> None:
    first = committed(git)
    name, _, email = AUTHOR.rstrip(">").rpartition(" <")
    date = f"{int(WHEN.timestamp())} +0000"
    roles = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in
             (("NAME", name), ("EMAIL", email), ("DATE", date))}  # fmt: skip
    commit = git.write_commit(
        f"{git.text('rev-parse', f'{first}^{{tree}}')}", parents=[first], message=message, when=WHEN
    )
    asked = ("commit-tree", f"{first}^{{tree}}", "-p", first)
    assert commit == git.run(*asked, stdin=message.encode(), env=roles).decode().strip()

    tag = git.write_tag("m@v1.0.0", commit, message=message, when=WHEN)
    head = f"object {commit}\ntype commit\ntag m@v1.0.0\ntagger {AUTHOR} {date}\n\n"
    assert tag == git.run("mktag", stdin=(head + message).encode()).decode().strip()


@pytest.mark.parametrize("count", [5, 300])
def test_a_batch_is_written_by_one_process_and_whole(git: Git, count: int, started: list[str]) -> None:
    base = committed(git)
    started.clear()
    with git.batch() as new:
        tree = new.tree(base, {f"many/{number}": b"%d" % number * number for number in range(count)})
        newer = new.tree(tree, {"many/0": b"again"})
        commit = new.commit(newer, parents=[base], message="Many\n", when=WHEN)
        tag = new.tag("m@v1.0.0", commit, message="m\n", when=WHEN)
    assert len(started) == 2, "one that reads, one that writes"
    git.run("fsck", "--strict", "--no-dangling", tag)
    assert git.tree(commit).read("many/0") == b"again"
    assert git.tree(commit).read(f"many/{count - 1}") == b"%d" % (count - 1) * (count - 1)


@pytest.mark.parametrize("count", [5, 300])
def test_a_batch_that_points_to_nothing_is_refused_whole(git: Git, count: int) -> None:
    base = committed(git)
    with pytest.raises(GitError, match=r"git (unpack-objects|index-pack)"), git.batch() as new:
        tree = new.tree(base, {f"many/{number}": b"%d" % number for number in range(count)})
        commit = new.commit(tree, parents=["2" * 40], message="Orphan\n", when=WHEN)
    assert git.resolve(f"{commit}^{{commit}}") is None


def test_nothing_of_a_batch_that_fails_is_written(git: Git) -> None:
    def fails() -> None:
        with git.batch() as new:
            found.append(new.tree(None, {"x": b"1"}))
            raise ValueError

    found: list[str] = []
    with pytest.raises(ValueError, match=r"^$"):
        fails()
    assert git.resolve(f"{found[0]}^{{tree}}") is None


def test_the_files_below_a_folder_are_those_that_git_lists(git: Git) -> None:
    commit = committed(git)
    for folder in ("", "b", "b/c", "none", "a0", "a0/below", "ä"):
        below = ["--", f"{folder}/"] if folder else []
        listed = git.run("ls-tree", "-r", "-z", commit, *below).decode().split("\0")
        told = [
            (meta.split()[0], meta.split()[2], path)
            for meta, _, path in (line.partition("\t") for line in listed if line)
        ]
        assert [(each.mode, each.object, each.path) for each in git.tree(commit).entries(folder)] == told
    inside = Git(git.directory, folder=PurePosixPath("b")).here(commit)
    assert [each.path for each in inside.entries()] == ["c.x", "c/d/e", "run"]
    assert [each.path for each in inside.entries("c")] == ["c/d/e"]


def test_the_subject_is_git_s(git: Git) -> None:
    tree = git.text("write-tree")
    for message in ("One\n", "\n\nAfter  breaks \nof two lines\n\nBody\n", "é ✓", "", "  indented\n"):
        commit = git.write_commit(tree, message=message, when=WHEN)
        assert git.tree(commit).subject() == git.text("show", "--no-patch", "--format=%s", commit)
    latin = git.run("-c", "i18n.commitEncoding=latin1", "commit-tree", tree, stdin="Größe".encode("latin1"), env=ANN)
    assert git.tree(latin.decode().strip()).subject() == "Größe"


ANN = {f"GIT_{role}_{key}": "a@b" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands of git that were started."""
    begin, found = subprocess.Popen.__init__, []

    def noted(self: object, words: list[str], *args: object, **named: object) -> None:
        found.append(words[1])
        begin(self, words, *args, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    return found


def test_one_process_reads_whatever_is_asked_while_it_is_open(git: Git, started: list[str]) -> None:
    commit = committed(git)
    big = git.run("hash-object", "-w", "--stdin", stdin=b"\n" * 3_000_000).decode().strip()
    started.clear()
    with git.kept_open() as opened, opened.kept_open() as same:
        assert not started, "nothing was asked yet"
        assert same is opened
        many = [f"{commit}:a0", f"{commit}:none", big] * 3000
        first = opened.read_objects(many)
        assert next(first) == b"x"
        assert opened.tree(commit).read("z") == b"x", "amid the others"
        assert next(opened.read_objects(many)) == b"x", "and nobody asks for the rest"
        assert [next(first), len(next(first) or b"")] == [None, 3_000_000]
        tree = opened.tree(commit)
        assert tree.read("line\nbreak") == b"x"
    assert started.count("cat-file") == 1
    assert tree.read("a0") == b"x", "what was read is asked for more after the end"
    assert started.count("cat-file") == 2


def test_a_reader_that_stops_is_not_waited_for(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LOCAL_SECONDS", 0.3)
    for said, message in (
        ("echo 'abc blob 9'; printf 1234; exec sleep 600", "git cat-file: no end within"),
        ("echo 'abc blob 9'; printf 1234", "cat-file: the repository can't be read"),
        ("echo 'error: unable to open a: Too many open files' >&2; read it; echo 'a missing'", "Too many open files"),
        ("echo 'fatal: Input/output error' >&2; exit 128", "Input/output error"),
    ):
        for opened in played(git, tmp_path, said, monkeypatch):
            with pytest.raises(Failure, match=message) as caught:
                list(opened.read_objects(["a"]))
            assert caught.value.exit_code in (Exit.UNAVAILABLE, Exit.IO, Exit.CONFIG)


def played(git: Git, folder: Path, said: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Git]:
    """The repository as read by another program instead of git."""
    program = folder / "bin/git"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{said}\n")
    program.chmod(0o755)
    with monkeypatch.context() as changed, git.kept_open() as opened:
        changed.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
        yield opened
