"""A file is written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.system.files import open_directory, sweep, write_atomic

if TYPE_CHECKING:
    from pathlib import Path


def test_text_is_written_as_utf8(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", "grün\n")

    assert (tmp_path / "a").read_bytes() == "grün\n".encode()


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o750)

    write_atomic(path, b"new")

    assert path.stat().st_mode & 0o777 == 0o750


def test_a_new_file_gets_the_mode_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "a", b"new")
    finally:
        os.umask(before)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("theirs")
    (tmp_path / "a").symlink_to("outside")

    write_atomic(tmp_path / "a", b"ours")

    assert (tmp_path / "outside").read_text() == "theirs"
    assert (tmp_path / "a").read_text() == "ours"


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def fails(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fails)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_sweep_takes_what_a_dead_process_left_and_nothing_else(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".mlops-{dead.pid}-0123456789abcdef.tmp").touch()
    alive = tmp_path / f".mlops-{os.getpid()}-0123456789abcdef.tmp"
    alive.touch()
    theirs = tmp_path / ".mlops-notes.tmp"
    theirs.touch()

    descriptor = open_directory(tmp_path)
    try:
        sweep(descriptor)
    finally:
        os.close(descriptor)

    assert set(tmp_path.iterdir()) == {alive, theirs}
