"""`new` leaves nothing behind, whenever and however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.start.new.create import create

from .conftest import ends

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.start.new.choices import Choices

COMMAND = [sys.executable, "-m", "mlops_spec", "new", "--defaults"]


@pytest.mark.parametrize("step", range(4))
def test_at_each_step(choices: Choices, fake_uv: Path, step: int) -> None:
    steps: list[str] = []

    def say(name: str) -> None:
        steps.append(name)
        if len(steps) > step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create(choices, say=say)

    assert [*choices.directory.parent.iterdir()] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_by_a_signal_while_uv_works(place: Path, fake_uv: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setenv("UV_SLEEP", "60")
    process = subprocess.Popen([*COMMAND, str(place)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(fake_uv)

    process.send_signal(number)

    assert process.wait(timeout=10) == 128 + number
    assert process.communicate() == (b"", b"")
    assert ends(int(fake_uv.with_suffix(".pid").read_text()))
    assert [*place.parent.iterdir()] == []


@pytest.mark.parametrize("tenths", range(0, 10, 2))
def test_by_a_signal_at_any_moment(place: Path, fake_uv: Path, tenths: int) -> None:
    """The place is there whole, or there is nothing."""
    process = subprocess.Popen([*COMMAND, str(place)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(tenths / 10)

    process.terminate()
    process.wait(timeout=10)

    assert [*place.parent.iterdir()] in ([], [place])
    assert not place.exists() or whole(place)


def test_after_a_kill_the_next_one_sweeps(place: Path, fake_uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_SLEEP", "60")
    process = subprocess.Popen([*COMMAND, str(place)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(fake_uv)
    process.kill()
    process.wait(timeout=10)
    assert [each.name.partition("-")[0] for each in place.parent.iterdir()] == [".mlops"]
    monkeypatch.delenv("UV_SLEEP")

    subprocess.run([*COMMAND, str(place)], check=True, capture_output=True)

    assert [*place.parent.iterdir()] == [place]
    assert whole(place)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("error: Failed to fetch: `simple/pandas/`", Exit.UNAVAILABLE),
        ("error: No solution found when resolving dependencies", Exit.CONFIG),
    ],
)
def test_when_uv_fails(choices: Choices, fake_uv: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: Exit) -> None:
    monkeypatch.setenv("UV_FAILS", said)

    with pytest.raises(Failure, match="uv could not") as failed:
        create(choices, say=lambda step: None)

    assert failed.value.exit_code == code
    assert said in failed.value.message
    assert [*choices.directory.parent.iterdir()] == []


def test_without_uv(choices: Choices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(Failure, match="uv is not installed") as failed:
        create(choices, say=lambda step: None)

    assert failed.value.exit_code == Exit.CONFIG
    assert [*choices.directory.parent.iterdir()] == []


def test_when_git_does_not_know_who_commits(
    choices: Choices, fake_uv: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    (tmp_path / "gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")

    with pytest.raises(Failure, match="who you are") as failed:
        create(choices, say=lambda step: None)

    assert failed.value.exit_code == Exit.CONFIG
    assert [*choices.directory.parent.iterdir()] == []


def wait_for(file: Path) -> None:
    for _ in range(200):
        if file.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{file} did not come")


def whole(place: Path) -> bool:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=place, check=True, capture_output=True)
    return done.stdout == b"" and (place / "uv.lock").exists()
