"""This machine as the place where commands run: a process of its own, without a shell."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

from mlops_spec.compute.place import Stopped
from mlops_spec.errors import Exit, Failure
from mlops_spec.repository.root import code_folders

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.compute.place import Command


class Here:
    """Runs commands on this machine."""

    def run(self, command: Command) -> None:
        """As `Compute.run`; its words go where those of this process go."""
        try:
            words = shlex.split(command.line)
            environment = _environment(command.folder) | dict(command.environment)
            done = subprocess.run(words, cwd=command.folder, env=environment, check=False)
        except ValueError as error:
            raise Failure(f"{command.named}: {command.line!r} can't be read: {error}") from error
        except (FileNotFoundError, PermissionError) as error:
            raise Failure(
                f"{command.named}: `{words[0]}` is not a program here",
                exit_code=Exit.CONFIG,
                remedy="It is run without a shell: install it, or write `python -m package.module`.",
            ) from error
        code, said = done.returncode, f"{command.named}: `{command.line}`"
        if code < 0:
            raise Stopped(f"{said} was stopped by signal {-code}", exit_code=Exit.FINDINGS)
        if code > 0:
            raise Failure(f"{said} exited with {code}", exit_code=Exit.FINDINGS)


def _environment(folder: Path) -> dict[str, str]:
    paths = [*map(str, code_folders(folder)), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
