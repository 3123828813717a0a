"""What a person reads when the machine fails, and that none of it is called a bug."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.durations import past_seconds
from mlops_spec.engines.dvc import pointers
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.git.values import GitError
from mlops_spec.plan import base
from mlops_spec.review import build
from mlops_spec.system.faults import beneath, fault, starved, told_of
from mlops_spec.system.files import new_folder

from .cases import git

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("number", "code", "helps"),
    [
        (errno.ENOSPC, Exit.IO, "free some room"),
        (errno.EIO, Exit.IO, "dmesg"),
        (errno.EROFS, Exit.IO, "mount it writable"),
        (errno.EMFILE, Exit.IO, "ulimit -n"),
        (errno.EDQUOT, Exit.IO, "quota"),
        (errno.EACCES, Exit.CONFIG, "the right"),
        (errno.ENOENT, Exit.IO, ""),
    ],
)
def test_a_fault_names_its_path_and_what_helps(number: int, code: Exit, helps: str) -> None:
    failure = fault(OSError(number, os.strerror(number), "/data/a"))

    assert failure.message == f"/data/a: {os.strerror(number)}"
    assert failure.exit_code == code
    assert helps in failure.remedy


def test_what_names_no_path_is_a_fault_too() -> None:
    assert fault(OSError(errno.ENOSPC, "No space left on device")).exit_code == Exit.IO
    assert fault(MemoryError()).exit_code == Exit.IO
    assert fault(OSError("gone")).message == "gone"
    assert fault(ConnectionResetError("peer")).exit_code == Exit.UNAVAILABLE


def test_a_program_that_we_start_meets_them_as_well() -> None:
    assert told_of("fatal: write error: No space left on device")
    assert not told_of("fatal: not a git repository")
    found = GitError("git", stderr="error: unable to write: No space left on device")
    assert (found.exit_code, "free some room" in found.remedy) == (Exit.IO, True)
    for said in ("fatal: Unable to add (null) to database", "[remote rejected] (unable to migrate objects to storage)"):
        found = GitError("git", stderr=said)
        assert (found.exit_code, "`git fsck`" in found.remedy) == (Exit.IO, True)
    assert GitError("git", stderr="fatal: Unable to create 'a.lock': Permission denied").exit_code == Exit.CONFIG


def test_a_full_stdout_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mlops_spec", "explain"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert done.returncode == Exit.IO, done.stderr
    assert "No space left on device" in done.stderr


def test_a_folder_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with pytest.raises(OSError, match="full"), new_folder(folder) as staged:
        (staged / "a").write_text("a")
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []

    for _ in range(2):  # the second finds what it would write
        with new_folder(folder) as staged:
            (staged / "a").write_text("a")
        assert [path.name for path in tmp_path.rglob("*")] == ["out", "a"]

    with pytest.raises(Failure, match="is not empty"), new_folder(folder) as staged:
        (staged / "a").write_text("b")
    assert (folder / "a").read_text() == "a"


def failed_on(number: int) -> Failure:
    try:
        raise OSError(number, os.strerror(number))
    except OSError as error:
        found = Failure("a.toml: can't be read", exit_code=Exit.CONFIG)
        found.__cause__ = error
        return found


def test_a_message_of_our_own_about_the_machine_ends_and_helps_as_the_machine_does() -> None:
    for number, code, helps in (
        (errno.ENOSPC, Exit.IO, "free some room"),
        (errno.EIO, Exit.IO, "dmesg"),
        (errno.EACCES, Exit.CONFIG, "the right"),
        (errno.ENOENT, Exit.CONFIG, ""),
    ):
        found = beneath(failed_on(number))
        assert (found.message, found.exit_code, helps in found.remedy) == ("a.toml: can't be read", code, True)
    assert beneath(Failure("no")).exit_code == Exit.USAGE


def test_what_could_not_be_read_is_not_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a report would lack a part, or an input go unchecked, and nothing would say so."""
    reads: tuple[Callable[[], object], ...] = (
        lambda: build._read(tmp_path / "a.json"),
        lambda: build._curve(tmp_path, "a", "x", "y", (0, 1)),
        lambda: past_seconds(tmp_path),
        lambda: pointers._recorded(tmp_path / "a.dvc"),
    )
    assert [read() for read in reads] == [None, [], {}, None]

    def broken(path: Path) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(Path, "read_bytes", broken)
    for read in reads:
        with pytest.raises(OSError, match="Input/output error"):
            read()


@pytest.mark.parametrize(
    ("failure", "unable"),
    [
        (Failure("no such gate", exit_code=Exit.FINDINGS), False),
        (GitError("a spec", stderr="fatal: not a valid object name"), False),
        (GitError("a spec", stderr="fatal: unknown error occurred while reading the configuration files"), True),
        (Failure("the remote is away", exit_code=Exit.UNAVAILABLE), True),
    ],
)
def test_who_could_not_look_says_nothing_about_the_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Failure, unable: bool
) -> None:
    (tmp_path / "model.yaml").write_text("spec: 1\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message=Begin")

    def fails(_: object) -> None:
        raise failure

    monkeypatch.setattr(base, "spec_at", fails)
    if unable:
        with pytest.raises(Failure) as raised:
            base.before(Git.open(tmp_path), None, "main")
        assert raised.value is failure
    else:
        assert "is not valid" in (base.before(Git.open(tmp_path), None, "main").problem or "")


def test_too_little_memory_for_a_library_is_no_bug() -> None:
    assert starved(ImportError("libopenblas.so: failed to map segment from shared object")) is not None
    assert starved(RuntimeError("can't start new thread")) is not None
    assert starved(ImportError("cannot import name 'x' from 'y'")) is None
    assert starved(ValueError("MemoryError")) is None
