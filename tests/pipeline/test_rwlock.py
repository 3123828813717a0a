"""DVC's rwlock: the dead leave, the living stay, a torn file goes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.dvc.rwlock import remove_dead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHOLE = {"write": {}, "read": {}}


@pytest.fixture
def rwlock(tmp_path: Path) -> Path:
    return tmp_path / "rwlock"


@pytest.fixture
def dead() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def living() -> Iterator[tuple[int, int]]:
    """A process that looks like a DVC, and another one."""
    wait = "import sys; sys.stdin.read()"
    with (
        subprocess.Popen([sys.executable, "-c", wait, "dvc repro"], stdin=subprocess.PIPE) as dvc,
        subprocess.Popen([sys.executable, "-c", wait, "other"], stdin=subprocess.PIPE) as other,
    ):
        yield dvc.pid, other.pid
        dvc.kill()
        other.kill()


def entry(pid: int) -> dict[str, object]:
    return {"pid": pid, "cmd": "dvc repro"}


def test_only_a_living_dvc_keeps_its_entries(rwlock: Path, dead: int, living: tuple[int, int]) -> None:
    dvc, other = living
    lock = {
        "write": {"/a": entry(dead), "/b": entry(dvc), "/c": entry(other)},
        "read": {"/d": [entry(dead), entry(dvc)], "/e": [entry(dead)]},
    }
    rwlock.write_text(json.dumps(lock))

    remove_dead(rwlock)

    assert json.loads(rwlock.read_text()) == {"write": {"/b": entry(dvc)}, "read": {"/d": [entry(dvc)]}}


@pytest.mark.parametrize("content", ["", '{"write": {"/a', "[]", '{"write": 7}', '{"write": {"/a": {}}}', "\x00"])
def test_a_torn_file_is_removed(rwlock: Path, content: str) -> None:
    rwlock.write_text(content)

    remove_dead(rwlock)

    assert not rwlock.exists()


def test_nothing_to_do_changes_nothing(rwlock: Path) -> None:
    remove_dead(rwlock)
    assert not rwlock.exists()

    rwlock.write_text(json.dumps(WHOLE))
    before = rwlock.stat().st_mtime_ns
    remove_dead(rwlock)
    assert rwlock.stat().st_mtime_ns == before
