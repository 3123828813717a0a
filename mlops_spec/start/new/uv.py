"""The uv binary: builds our wheel, locks a project's dependencies, makes environments of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECONDS = 3600


def find() -> str:
    """The uv on the PATH, else the one beside the interpreter.

    Raises:
        Failure: there is none (exit 78).
    """
    beside = Path(sys.executable).with_name("uv")
    found = shutil.which("uv") or (str(beside) if os.access(beside, os.X_OK) else None)
    if found is None:
        raise Failure("uv is not installed", exit_code=Exit.CONFIG, remedy="pip install uv")
    return found


def lock(project: Path) -> None:
    """Writes the project's `uv.lock`.

    Raises:
        Failure: the package index doesn't answer (exit 69), or no set of versions fits (exit 78).
    """
    _run(["lock", "--python", sys.executable], project, doing="lock the dependencies")


def add(project: Path, requirements: Sequence[str], *group: str) -> None:
    """Adds requirements to the project's `pyproject.toml`, or to one of its groups; locks and installs nothing.

    Raises:
        Failure: that file is not one that uv can edit (exit 78).
    """
    where = ["--group", *group] if group else []
    _run(["add", "--frozen", "--python", sys.executable, *where, *requirements], project, doing="add to pyproject.toml")


def relock(project: Path) -> None:
    """Brings `uv.lock` up to a changed requirement of mlops-spec; all else stays as it was locked, where it can.

    Raises:
        Failure: the package index doesn't answer (exit 69), or no set of versions fits (exit 78).
    """
    # a wheel of the same name may be another one than uv remembers
    again = ["--refresh-package", "mlops-spec", "--upgrade-package", "mlops-spec"]
    _run(["lock", *again], project, doing="lock the dependencies")


def sync(project: Path, environment: Path, *only: str) -> None:
    """Makes an environment of what `uv.lock` says; `only` are options that say which part of it.

    Raises:
        Failure: the package index doesn't answer (exit 69), or the lock is not the project's (exit 78).
    """
    place = {"UV_PROJECT_ENVIRONMENT": str(environment)}
    _run(["sync", "--locked", "--no-install-project", *only], project, doing="make the environment", extra=place)


def build_wheel(source: Path, into: Path) -> None:
    """Builds the wheel of a source folder.

    Raises:
        Failure: it can't be built (exit 78), or the package index doesn't answer (exit 69).
    """
    args = ["build", "--wheel", "--no-create-gitignore", "--python", sys.executable, "--out-dir", str(into)]
    _run([*args, str(source)], into.parent, doing="build the wheel of mlops-spec")


def _run(args: list[str], directory: Path, *, doing: str, extra: Mapping[str, str] | None = None) -> None:
    """Runs uv in a process group of its own, so that it ends with all its children when we are interrupted."""
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"} | dict(extra or {})
    with subprocess.Popen(
        [find(), "--quiet", "--no-progress", *args],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired as slow:
            os.killpg(process.pid, signal.SIGKILL)
            raise _failure(f"error sending request: no end within {_SECONDS // 60} min", doing) from slow
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise _failure(said.strip(), doing)


def _failure(said: str, doing: str) -> Failure:
    network = any(
        sign in said for sign in ("error sending request", "Failed to fetch", "network was disabled", "dns error")
    )
    return Failure(
        f"uv could not {doing}:\n{said}",
        exit_code=Exit.UNAVAILABLE if network else Exit.CONFIG,
        remedy="check the network and uv's index settings, then run it again" if network else "",
    )
