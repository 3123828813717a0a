"""The process that does the work of the target `batch`: started, fed, and heard; it ends when we do."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from mlops_spec.targets.batch.work import Work

_SHOWN = 500  # characters of what a process said that broke


def do(work: Work) -> dict[str, Any]:
    """Does the work and returns what came of it.

    Raises:
        Failure: as the work raised it.
    """
    command = [sys.executable, "-P", "-m", "mlops_spec.targets.batch.run"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        process.stdin.write(work.text() + "\n")
        process.stdin.flush()  # and left open: when we end, it ends
        assert process.stdout is not None
        answer = process.stdout.readline()
        process.stdin.close()
        said = process.stderr.read() if process.stderr is not None else ""
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
