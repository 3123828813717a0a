"""Programs end when we leave, in whichever way."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import process

if TYPE_CHECKING:
    from pathlib import Path

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(2, 1); print('up', flush=True); time.sleep(60)"]


def test_what_it_says_is_read(tmp_path: Path) -> None:
    with process.running([sys.executable, "-c", "print('hello')"], tmp_path, dict(os.environ)) as started:
        assert started.stdout is not None
        assert started.stdout.read() == "hello\n"


@pytest.mark.parametrize("command", [SLEEP, DEAF], ids=["interruptible", "deaf"])
def test_it_ends_with_us(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_KINDNESS", 0.2)
    with pytest.raises(RuntimeError), process.running(command, tmp_path, dict(os.environ)) as started:
        assert started.stdout is not None
        started.stdout.readline()
        raise RuntimeError("left in the middle")

    assert started.poll() is not None


def test_who_does_not_wait_for_it_kills_it(tmp_path: Path) -> None:
    with process.running(DEAF, tmp_path, dict(os.environ)) as started:
        assert started.stdout is not None
        started.stdout.readline()
        threading.Timer(0.3, signal.raise_signal, (signal.SIGUSR1,)).start()
        before = signal.signal(signal.SIGUSR1, leave)
        try:
            with pytest.raises(KeyboardInterrupt):
                process.stop(started)
        finally:
            signal.signal(signal.SIGUSR1, before)
        assert started.poll() == -signal.SIGKILL


def leave(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_we_ignore_does_not_make_our_programs_deaf(number: signal.Signals, tmp_path: Path) -> None:
    """As after `nohup mlops-spec rehearse &`."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with process.orderly_end(), process.running(["sleep", "60"], tmp_path, dict(os.environ)) as started:
            signal.raise_signal(number)
            started.send_signal(number)
            assert started.wait(5) == -number
        assert signal.getsignal(number) == signal.SIG_IGN
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_runs_every_finally(number: signal.Signals, tmp_path: Path) -> None:
    running = process.running(SLEEP, tmp_path, dict(os.environ))
    with pytest.raises(SystemExit) as caught, process.orderly_end(), running as started:
        signal.raise_signal(number)

    assert caught.value.code == 128 + number
    assert started.poll() is not None


def test_a_time_limit_is_a_failure(tmp_path: Path) -> None:
    begun = time.monotonic()
    running = process.running(SLEEP, tmp_path, dict(os.environ))
    with pytest.raises(Failure, match="no end after 0 s") as caught, running as started, process.limited(started, 0.1):
        started.wait(30)

    assert caught.value.exit_code == Exit.UNAVAILABLE
    assert time.monotonic() - begun < 10


def test_a_missing_program_says_how_to_get_it() -> None:
    with pytest.raises(Failure, match="`no-such-program` is not installed") as caught:
        process.find("no-such-program")

    assert caught.value.exit_code == Exit.CONFIG
    assert "mlops-spec[rehearse]" in caught.value.remedy
