"""The place where a command runs: the run that it is part of, and the repository that it is about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlops_spec.git import Git
from mlops_spec.platforms.github.run import run_of

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.platforms.github.run import Run


def this_run() -> Run:
    """The run that the environment describes, read anew by each command."""
    return run_of(os.environ)


def repository(directory: Path) -> Git:
    """The repository that holds a folder, with the run's access to its remote.

    Raises:
        Failure: there is no git, or no repository (exit 78).
    """
    return Git.open(directory, this_run().access)
