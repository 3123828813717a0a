"""The wrapper of the git binary, on real repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Access, Git, GitError, Stale, Update

if TYPE_CHECKING:
    from pathlib import Path

WHEN = datetime(2026, 11, 23, 4, 15, 7, tzinfo=UTC)


def git(directory: Path, *args: str) -> str:
    setup = ["-c", "user.name=Ann", "-c", "user.email=ann@localhost", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *setup, *args], cwd=directory, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    bare = tmp_path / "origin.git"
    git(tmp_path, "init", "--bare", "-b", "main", str(bare))
    return bare


@pytest.fixture
def clone(tmp_path: Path, origin: Path) -> Path:
    git(tmp_path, "clone", "-q", str(origin), "clone")
    folder = tmp_path / "clone"
    git(folder, "checkout", "-q", "-b", "main")
    (folder / "a.txt").write_text("one\n")
    git(folder, "add", "a.txt")
    git(folder, "commit", "-q", "-m", "First")
    git(folder, "push", "-q", "origin", "main")
    return folder


def test_a_folder_outside_a_repository_is_misconfigured(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="not in a git repository") as raised:
        Git.open(tmp_path)
    assert raised.value.exit_code == Exit.CONFIG


def test_a_repository_that_is_there_and_can_t_be_read_is_a_fault_of_the_machine(clone: Path) -> None:
    head = clone / ".git/HEAD"
    content = head.read_bytes()
    head.write_bytes(b"")  # as Git has it too where the disk fails under it
    for call in (lambda: Git.open(clone), lambda: Git(clone / "sub" / "..").resolve("main")):
        (clone / "sub").mkdir(exist_ok=True)
        with pytest.raises(GitError, match="is there, but git can't read it") as raised:
            call()
        assert (raised.value.exit_code, "git fsck" in raised.value.remedy) == (Exit.IO, True)
    head.write_bytes(content)
    Git.open(clone)


def test_what_can_t_be_looked_at_is_no_answer(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Git(clone)
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho \"fatal: unable to access '.git/config': Input/output error\" >&2\nexit 128\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    for call in (
        lambda: repository.resolve("main"),
        lambda: repository.tracks("a.txt"),
        lambda: repository.ignores("a.txt"),
        lambda: repository.is_ancestor("a", "b"),
        repository.remote_url,
        lambda: next(repository.read_objects(["main:a.txt"])),
        lambda: Git.open(clone),
    ):
        with pytest.raises(GitError, match="Input/output error") as raised:
            call()
        assert (raised.value.exit_code, "dmesg" in raised.value.remedy) == (Exit.IO, True)


def test_an_object_that_git_can_t_open_is_not_one_that_is_missing(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\necho 'error: unable to open loose object a: Too many open files' >&2\necho 'a missing'\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(GitError, match="Too many open files") as raised:
        next(Git(clone).read_objects(["a"]))
    assert raised.value.exit_code == Exit.IO


def test_an_object_is_read_whole_or_not_at_all(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    for said in ("printf 'a blob 9\\n1234'", "printf 'a blo'", "true"):
        program.write_text(f"#!/bin/sh\n{said}\n")
        program.chmod(0o755)
        with pytest.raises(GitError, match="cat-file"):
            next(Git(clone).read_objects(["a"]))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="is not a folder"):
        Git.open(tmp_path / "missing")


def test_no_remote_is_misconfigured_and_a_dead_one_unavailable(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "alone")
    alone = Git.open(tmp_path / "alone")
    with pytest.raises(Failure, match="no remote `origin`") as raised:
        alone.remote_refs()
    assert raised.value.exit_code == Exit.CONFIG

    git(tmp_path / "alone", "remote", "add", "origin", str(tmp_path / "gone.git"))
    for call in (alone.remote_refs, lambda: alone.fetch("main"), lambda: alone.push(Update("refs/heads/x", None, "1"))):
        with pytest.raises(GitError) as raised:
            call()
        assert raised.value.exit_code == Exit.UNAVAILABLE


def test_objects_are_written_without_touching_the_work_tree(clone: Path) -> None:
    repository = Git.open(clone)
    tree = repository.write_tree("HEAD", {"new/b.bin": b"\x00\r\n", "a.txt": None})
    commit = repository.write_commit(tree, parents=[repository.commit_id()], message="Release\n", when=WHEN)

    assert [entry.path for entry in repository.tree(commit).entries()] == ["new/b.bin"]
    assert repository.tree(commit).read("new/b.bin") == b"\x00\r\n"
    assert git(clone, "status", "--porcelain") == ""
    written = git(clone, "show", "-s", "--format=%an %ad", "--date=raw", commit)  # iso-strict differs between gits
    assert written == f"mlops-spec {WHEN.timestamp():.0f} +0000"


def test_the_same_content_gives_the_same_commit(clone: Path) -> None:
    repository = Git.open(clone)
    tree = repository.write_tree(None, {"x": b"x"})
    commits = {repository.write_commit(tree, message="m", when=WHEN) for _ in range(2)}
    assert len(commits) == 1


def test_a_tag_is_an_object_before_it_is_a_reference(clone: Path) -> None:
    repository = Git.open(clone)
    head = repository.commit_id()
    tag = repository.write_tag("m@v1.0.0", head, message="m v1.0.0\n", when=WHEN)
    assert repository.tags() == ()

    repository.push(Update("refs/tags/m@v1.0.0", tag, None))
    assert repository.tags() == ()
    assert repository.remote_refs("refs/tags/*") == {"refs/tags/m@v1.0.0": tag, "refs/tags/m@v1.0.0^{}": head}

    git(clone, "fetch", "-q", "--tags")
    assert [(found.name, found.object, found.target) for found in repository.tags("m@*")] == [("m@v1.0.0", tag, head)]


def test_the_remote_is_asked_for_the_kinds_of_references_that_are_wanted(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Git.open(clone)
    head = repository.commit_id()
    repository.push(Update("refs/tags/t", head, None), Update("refs/heads/log", head, None))
    monkeypatch.setenv("GIT_TRACE_PACKET", str(tmp_path / "trace"))
    found = repository.remote_refs("refs/heads/log")
    told = (tmp_path / "trace").read_text()

    assert found == {"refs/heads/log": head}
    assert "refs/heads/log" in told
    assert "refs/tags/t" not in told
    assert set(repository.remote_refs("refs/heads/log", "refs/tags/*")) == {"refs/heads/log", "refs/tags/t"}
    assert {"HEAD", "refs/heads/log", "refs/tags/t"} <= set(repository.remote_refs())


def test_an_object_is_brought_by_its_id(clone: Path, origin: Path) -> None:
    repository, other = Git.open(clone), Git(origin)
    tag = other.write_tag("m@v1.0.0", repository.commit_id(), message="m\n", when=WHEN)
    other.run("update-ref", "refs/tags/m@v1.0.0", tag)
    repository.fetch(tag)

    assert repository.resolve(f"{tag}^{{tag}}") == tag
    assert repository.tags() == ()


def test_a_reference_that_could_not_be_read_for_once_is_not_taken_for_none(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Git.open(clone)
    right, real = repository.commit_id(), shutil.which("git")
    once = tmp_path / "bin/git"
    once.parent.mkdir()
    once.write_text(f'#!/bin/sh\nif rm "{tmp_path}/fails" 2>/dev/null; then exit 1; fi\nexec "{real}" "$@"\n')
    once.chmod(0o755)
    monkeypatch.setenv("PATH", f"{once.parent}{os.pathsep}{os.environ['PATH']}")

    (tmp_path / "fails").touch()
    assert repository.resolve("HEAD^{commit}") == right

    (tmp_path / "fails").touch()
    assert repository.resolve("refs/heads/none") is None


def test_objects_are_read_in_order_and_the_missing_are_none(clone: Path) -> None:
    repository = Git.open(clone)
    big = repository.run("hash-object", "-w", "--stdin", stdin=b"\n" * 100_000).decode().strip()
    assert list(repository.read_objects([big, "HEAD:a.txt", "HEAD:none", "HEAD:a.txt"])) == [
        b"\n" * 100_000,
        b"one\n",
        None,
        b"one\n",
    ]


def test_a_path_may_hold_a_line_break(clone: Path) -> None:
    repository = Git.open(clone)
    files = {"a\nb.txt": b"two lines", "c.txt": b"one"}
    commit = repository.write_commit(repository.write_tree(None, files), message="x", when=WHEN)

    names = [f"{commit}:{path}" for path in ("a\nb.txt", "no\nsuch", "c.txt")]
    assert list(repository.read_objects(names)) == [b"two lines", None, b"one"]


def test_a_push_moves_all_references_or_none(clone: Path) -> None:
    repository = Git.open(clone)
    head = repository.commit_id()
    repository.push(Update("refs/tags/taken", head, None))
    tree = repository.write_tree(None, {"log": b"0"})
    commit = repository.write_commit(tree, message="0", when=WHEN)

    with pytest.raises(Stale) as raised:
        repository.push(Update("refs/heads/log", commit, None), Update("refs/tags/taken", commit, None))
    assert raised.value.exit_code == Exit.STALE
    assert "refs/heads/log" not in repository.remote_refs()


def test_a_refusal_by_the_remote_is_not_a_lost_race(clone: Path, origin: Path) -> None:
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho protected >&2\nexit 1\n")
    hook.chmod(0o755)
    repository = Git.open(clone)
    with pytest.raises(GitError, match="refuses") as raised:
        repository.push(Update("refs/heads/x", repository.commit_id(), None))
    assert raised.value.exit_code == Exit.CONFIG


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_may_not_write_is_misconfigured(clone: Path, status: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        git(clone, "remote", "set-url", "origin", f"http://127.0.0.1:{server.server_port}/acme/churn.git")
        repository = Git.open(clone)
        with pytest.raises(GitError, match="origin refuses heads/log: fatal: ") as raised:
            repository.push(Update("refs/heads/log", repository.commit_id(), None))
        server.shutdown()

    assert raised.value.exit_code == Exit.CONFIG
    assert "`contents: write`" in raised.value.remedy


def test_one_of_many_pushers_wins(clone: Path) -> None:
    repository = Git.open(clone)
    tree = repository.write_tree(None, {"log": b"0"})
    commits = [repository.write_commit(tree, message=str(n), when=WHEN) for n in range(8)]

    def push(commit: str) -> str | None:
        try:
            repository.push(Update("refs/heads/log", commit, None))
        except Stale:
            return None
        return commit

    with ThreadPoolExecutor(8) as pool:
        winners = [won for won in pool.map(push, commits) if won]
    assert winners == [repository.remote_refs("refs/heads/log")["refs/heads/log"]]


def test_callers_environment_and_hooks_change_nothing(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = clone / ".git" / "hooks" / "pre-push"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    repository = Git.open(clone)
    repository.push(Update("refs/heads/x", repository.commit_id(), None))
    assert not (tmp_path / "ran").exists()


def test_the_token_is_in_the_environment_alone(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for git writes down how it was called."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"open({str(tmp_path / 'argv')!r}, 'a').write(repr(sys.argv))\n"
        f"open({str(tmp_path / 'env')!r}, 'a').write(repr(dict(os.environ)))\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    Git.open(clone, Access("canary-token")).push(Update("refs/heads/x", "1", None))

    argv, env = (tmp_path / "argv").read_text(), (tmp_path / "env").read_text()
    assert "push" in argv
    assert "canary" not in argv
    assert "eC1hY2Nlc3MtdG9rZW46Y2FuYXJ5LXRva2Vu" in env  # base64 of x-access-token:canary-token
    assert "http.https://github.com/.extraheader" in env
    assert "canary" not in (clone / ".git" / "config").read_text()


def test_ancestry(clone: Path) -> None:
    repository = Git.open(clone)
    first = repository.commit_id()
    git(clone, "commit", "-q", "--allow-empty", "-m", "Second")
    assert repository.is_ancestor(first, "HEAD")
    assert not repository.is_ancestor("HEAD", first)
    with pytest.raises(Failure, match="no commit 'nothing'"):
        repository.commit_id("nothing")


def test_the_default_branch_is_what_the_remote_calls_so(clone: Path, origin: Path) -> None:
    assert Git.open(clone).main == "main"
    git(origin, "branch", "-m", "main", "trunk")
    git(origin, "symbolic-ref", "HEAD", "refs/heads/trunk")

    tree = Git.open(clone).fetch_main()

    assert tree.commit == git(clone, "rev-parse", "refs/remotes/origin/trunk")


def test_a_remote_that_calls_no_branch_so_has_main(clone: Path, origin: Path) -> None:
    git(origin, "symbolic-ref", "HEAD", "refs/heads/nowhere")

    assert Git.open(clone).main == "main"


def test_a_push_of_workflow_files_that_no_branch_has_says_what_to_do(clone: Path, origin: Path) -> None:
    """In GitHub's words; nothing is half pushed, and the same push goes through once it may."""
    said = "refusing to allow a GitHub App to create or update workflow `.github/workflows/a.yml` without "
    said += "`workflows` permission"
    hook = origin / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ncase $1 in refs/tags/*) printf '%s\\n' '{said}'; exit 1;; esac\n")
    hook.chmod(0o755)
    found, commit = Git.open(clone), git(clone, "rev-parse", "HEAD")
    updates = (Update("refs/heads/audit-log", commit, None), Update("refs/tags/m@v1.0.0", commit, None))

    with pytest.raises(GitError, match="without `workflows` permission") as raised:
        found.push(*updates)

    assert raised.value.exit_code == Exit.CONFIG
    assert "`workflows: write`" in raised.value.remedy
    assert "newest commit" in raised.value.remedy
    assert found.remote_refs("refs/heads/audit-log", "refs/tags/*") == {}
    hook.unlink()
    found.push(*updates)
    assert len(found.remote_refs("refs/heads/audit-log", "refs/tags/*")) == 2


def test_gpg_s_part_in_a_failed_commit_is_told(tmp_path: Path) -> None:
    """Git's last line is that it wrote no commit; since 2.43 it passes on before that what gpg says."""
    signer = tmp_path / "gpg"
    signer.write_text("#!/bin/sh\necho 'gpg: signing failed: No secret key' >&2\nexit 2\n")
    signer.chmod(0o755)
    git = Git(tmp_path)
    git.run("init", "--quiet")
    settings = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", f"gpg.program={signer}")

    with pytest.raises(GitError, match=r"gpg failed to sign the data.*; fatal: failed to write commit"):
        git.run(*settings, "-c", "commit.gpgSign=true", "commit", "--allow-empty", "--message=a")


@pytest.mark.parametrize(
    "reason",
    ["Host key verification failed.", "git@host: Permission denied (publickey).", "ssh: connect to host h: No"],
)
def test_ssh_says_itself_why_a_remote_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "Warning: Permanently added h." >&2\necho "{reason}" >&2\nexit 255\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    git = Git(tmp_path)
    git.run("init", "--quiet")
    git.run("remote", "add", "origin", "git@host:a/b.git")

    with pytest.raises(GitError) as caught:
        git.remote_refs()
    assert caught.value.message.startswith(f"the remote `origin` is not available: {reason}")
    assert caught.value.exit_code == Exit.UNAVAILABLE


def test_a_commit_that_could_not_be_read_for_once_is_looked_for_again(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With too few descriptors Git finds no reference, and says nothing more."""
    right, real = Git.open(clone).commit_id(), shutil.which("git")
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n[ -e {tmp_path}/tried ] && exec {real} "$@"\n: > {tmp_path}/tried\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    assert Git(clone).commit_id() == right
    with pytest.raises(Failure, match="no commit 'nope'") as raised:
        Git(clone).commit_id("nope")
    assert (raised.value.exit_code, "git fsck" in raised.value.remedy) == (Exit.CONFIG, True)
