"""Programs end when we leave, in whichever way."""

from __future__ import annotations

import os
import sys
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
