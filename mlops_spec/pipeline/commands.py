"""The user's own stages: a command run without a shell, in the repository, with the code of `src` at hand."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def run_command(root: Path, command: str, place: str, environment: Mapping[str, str]) -> None:
    """Runs a command of the spec, from `place` in it; raises Failure when it can't start or fails."""
    try:
        words = shlex.split(command)
        done = subprocess.run(words, cwd=root, env=_environment(root) | dict(environment), check=False)
    except ValueError as error:
        raise Failure(f"{place}: {command!r} can't be read: {error}") from error
    except (FileNotFoundError, PermissionError) as error:
        raise Failure(
            f"{place}: `{words[0]}` is not a program here",
            exit_code=Exit.CONFIG,
            remedy="It is run without a shell: install it, or write `python -m package.module`.",
        ) from error
    if done.returncode != 0:
        how = f"exited with {done.returncode}" if done.returncode > 0 else f"was stopped by signal {-done.returncode}"
        raise Failure(f"{place}: `{command}` {how}", exit_code=Exit.FINDINGS)


def _environment(root: Path) -> dict[str, str]:
    paths = [str(root / "src"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
