"""One DVC command on data, outside the pipeline: in a process of its own, with a deadline."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 1800


def dvc(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs it in `root`, whatever comes of it; raises Failure (exit 69) when it does not end within half an hour."""
    try:
        return subprocess.run(
            [sys.executable, "-P", "-m", "mlops_spec.engines.dvc.checked", *command],
            cwd=root,
            env={**os.environ, "DVC_NO_ANALYTICS": "1"},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise Failure(
            f"dvc {command[0]}: the remote gave no whole answer within {_SECONDS // 60} min",
            exit_code=Exit.UNAVAILABLE,
            remedy="Check the network and the remote, then try again.",
        ) from slow
