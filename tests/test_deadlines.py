"""Whatever we start and wait for is waited for up to a time, and then ended: none of these is a hang."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec import dvc_process
from mlops_spec.deploy import local
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, process
from mlops_spec.pipeline import dvc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def not_for_ever() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 45


def test_dvc_beside_the_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dvc_process, "_SECONDS", 0.01)
    with pytest.raises(Failure, match="dvc pull: the remote gave no whole answer") as caught:
        dvc_process.dvc(tmp_path, "pull")
    assert caught.value.exit_code == Exit.UNAVAILABLE


@pytest.fixture
def sleeping(tmp_path: Path) -> Path:
    """A program that says nothing and does not end."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("command", ["status", "push", "fetch"])
def test_dvc_before_and_after_a_run(
    tmp_path: Path, sleeping: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    remote = storage\n")
    monkeypatch.setattr(dvc, "_STATUS_SECONDS", 0.2)
    monkeypatch.setattr(dvc, "_REMOTE_SECONDS", 0.2)
    engine = dvc.Dvc(tmp_path, python=str(sleeping))
    with pytest.raises(Failure, match="no end within") as caught:
        engine.fetch([tmp_path / "rows.csv"]) if command == "fetch" else getattr(engine, command)()
    assert (caught.value.exit_code, str(tmp_path) in caught.value.message) == (Exit.UNAVAILABLE, True)


def test_git_on_what_is_local(tmp_path: Path, sleeping: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{sleeping.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(process, "_LOCAL_SECONDS", 0.2)
    with pytest.raises(Failure, match="git gc: no end within") as caught:
        Git(tmp_path).run("gc")
    assert caught.value.exit_code == Exit.UNAVAILABLE


def test_the_start_of_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_START_SECONDS", 0.01)
    with pytest.raises(Failure, match="the server did not start within") as caught:
        local.Local(tmp_path, "demo", "127.0.0.1:1").start()
    assert caught.value.exit_code == Exit.UNAVAILABLE
