"""The process that does the work of the target `batch`: started, fed, and heard; it ends when we do."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.deadline import ended_after

if TYPE_CHECKING:
    from mlops_spec.targets.batch.work import Work

_MOST_SECONDS = 12 * 3600  # a day's delivery: what takes longer is never done
_SHOWN = 500  # characters of what a process said that broke


def do(work: Work) -> dict[str, Any]:
    """Does the work and returns what came of it.

    Raises:
        Failure: as the work raised it, or it takes longer than twelve hours (69).
    """
    command = [sys.executable, "-P", "-m", "mlops_spec.targets.batch.run"]
    with (
        tempfile.TemporaryFile() as words,  # a pipe that nobody empties would stop who fills it
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True) as process,
        ended_after(_MOST_SECONDS, process.kill) as late,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(work.text() + "\n")
        process.stdin.flush()  # and left open: when we end, it ends
        answer = process.stdout.readline()
        process.stdin.close()
        process.wait()
        words.seek(0)
        said = words.read().decode(errors="replace")
    if late.is_set():
        raise Failure(
            f"scoring did not end within {_MOST_SECONDS // 3600} hours: it was stopped",
            exit_code=Exit.UNAVAILABLE,
            remedy="Look whether the store answers; what is scored of the day was put nowhere.",
        )
    try:
        found: dict[str, Any] = json.loads(answer)
    except ValueError:
        raise Failure(
            f"scoring broke off (exit {process.returncode}): {said.strip()[-_SHOWN:]}",
            exit_code=Exit.IO,
            remedy="The machine may be short of memory; the next pass tries again.",
        ) from None
    if "failure" in found:
        raise Failure(found["failure"], exit_code=Exit(found["exit_code"]), remedy=found["remedy"])
    return found
