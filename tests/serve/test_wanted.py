"""Wish and status survive the disk, and what is damaged is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.targets.live import Served, Window
from mlops_spec.targets.local.serve.wanted import (
    STATUS,
    WANTED,
    Status,
    Wanted,
    WorkerStatus,
    read_status,
    read_wanted,
    write_status,
    write_wanted,
)

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = Served("v1", "sha256:1", "/p/1"), Served("v2", "sha256:2", "/p/2")


def test_a_wish_comes_back(tmp_path: Path) -> None:
    wanted = Wanted("demo", stable=ONE, candidate=TWO, mode="shadow", weight=10, expires=1.5, generation=7)
    write_wanted(tmp_path, wanted)

    assert read_wanted(tmp_path) == wanted


def test_a_status_comes_back(tmp_path: Path) -> None:
    window = Window(requests=3, errors=1, p50=0.1, p99=0.2, mean_score=0.5, bins=((1, 2), (7, 1)))
    worker = WorkerStatus("v1", "sha256:1", "failed", "it broke", window, pid=42)
    status = Status(pid=1, listen="127.0.0.1:1", generation=3, model="demo", stable="sha256:1", workers=(worker,))
    write_status(tmp_path, status)

    assert read_status(tmp_path) == status
    assert status.worker("sha256:1") == worker
    assert status.worker("sha256:2") is None
    assert [path.name for path in tmp_path.iterdir()] == [STATUS]


def test_nothing_yet_is_none(tmp_path: Path) -> None:
    assert (read_wanted(tmp_path), read_status(tmp_path)) == (None, None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"model": "demo"}', b"\xff", b'{"stable": 1}'])
def test_what_is_damaged_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / WANTED).write_bytes(content)
    (tmp_path / STATUS).write_bytes(content)

    for read, name in ((read_wanted, WANTED), (read_status, STATUS)):
        with pytest.raises(Failure, match=name) as failure:
            read(tmp_path)
        assert failure.value.exit_code == Exit.CONFIG
