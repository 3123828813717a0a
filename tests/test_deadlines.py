"""Whatever we start and wait for is waited for up to a time, and then ended: none of these is a hang."""

from __future__ import annotations

import ast
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
import pytest

from mlops_spec.engines.dvc import engine as dvc
from mlops_spec.engines.dvc import process as dvc_process
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, process, reading
from mlops_spec.targets.local import target

from .sources import PACKAGE, naming

if TYPE_CHECKING:
    from collections.abc import Iterator


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


@pytest.mark.parametrize("command", ["push", "fetch"])
def test_dvc_before_and_after_a_run(
    tmp_path: Path, sleeping: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "rows.csv.dvc").write_text("outs: []")
    (tmp_path / ".dvc/config").write_text("[core]\n    remote = storage\n")
    monkeypatch.setattr(dvc, "_REMOTE_SECONDS", 0.2)
    engine = dvc.Dvc(tmp_path, python=str(sleeping))
    with pytest.raises(Failure, match="no end within") as caught:
        engine.fetch([Path("rows.csv")]) if command == "fetch" else engine.push()
    assert (caught.value.exit_code, str(tmp_path) in caught.value.message) == (Exit.UNAVAILABLE, True)


def test_git_on_what_is_local(tmp_path: Path, sleeping: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{sleeping.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(process, "LOCAL_SECONDS", 0.2)
    with pytest.raises(Failure, match="git gc: no end within") as caught:
        Git(tmp_path).run("gc")
    assert caught.value.exit_code == Exit.UNAVAILABLE


def test_the_start_of_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "_START_SECONDS", 0.01)
    with pytest.raises(Failure, match="the server did not start within") as caught:
        target.Local(tmp_path, "demo", "127.0.0.1:1").start()
    assert caught.value.exit_code == Exit.UNAVAILABLE


def test_a_run_with_all_that_it_started(tmp_path: Path, sleeping: Path) -> None:
    """What outlives DVC would hold its output open: the run would wait on for what it has ended."""
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    sleeping.write_text(f"#!/bin/sh\ntrap '' INT\nsleep 600 & echo $! > {tmp_path}/child\nwait\nwait\n")
    with pytest.raises(TimeoutError):
        dvc.Dvc(tmp_path, python=str(sleeping)).run(lambda _: None, seconds=0.5)
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_git_that_stops_amid_an_object(tmp_path: Path, sleeping: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{sleeping.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(reading, "LOCAL_SECONDS", 0.5)
    sleeping.write_text("#!/bin/sh\necho 'abc blob 9'; printf 1234\nexec sleep 600\n")
    with pytest.raises(Failure, match="git cat-file: no end within") as caught:
        next(Git(tmp_path).read_objects(["abc"]))
    assert caught.value.exit_code == Exit.UNAVAILABLE


# Whoever starts these waits for them in another way, with a deadline of its own.
_ELSEWHERE = {
    "mlops_spec/git/process.py": "communicate",
    "mlops_spec/git/reading.py": "a poll for each answer",
    "mlops_spec/start/new/uv.py": "communicate",
    "mlops_spec/engines/dvc/engine.py": "deadline.ended_after",
    "mlops_spec/gates/scoring.py": "deadlines of each answer",
    "mlops_spec/compute/ray/start.py": "a timer",
    "mlops_spec/targets/batch/asking.py": "a timer for each answer, and a kill at the end",
    "mlops_spec/targets/batch/process.py": "deadline.ended_after",
    "mlops_spec/compute/here.py": "the user's command: it ends with the run, whose limit the spec has",
}


def test_nothing_that_is_started_is_waited_for_without_a_deadline() -> None:
    """But for rehearsals, which play on the machine of whoever watches them."""
    without = []
    for file, tree in naming("subprocess", sorted(PACKAGE.rglob("*.py"))):
        name = file.relative_to(PACKAGE.parent).as_posix()
        for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
            started = ast.unparse(call.func) in {"subprocess.run", "subprocess.Popen", "subprocess.check_output"}
            if started and not any(each.arg == "timeout" for each in call.keywords):
                without.append(name)

    assert {name for name in without if not name.startswith("mlops_spec/rehearse/")} == set(_ELSEWHERE)
