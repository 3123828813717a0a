"""Which of a command's inputs a job gets by their hash: those that Git does not have whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from mlops_spec.compute.place import Command
    from mlops_spec.compute.ray.package import Tracked

_NO_DATA = {"__pycache__"}


def inputs_of(tracked: Tracked, folder: PurePosixPath, command: Command) -> list[str]:
    """The paths, relative to the model's folder, of what the command reads and Git does not have whole.

    Raises:
        Failure: it reads what is not there, or what Git neither has nor leaves out, or its code is not in Git (78).
    """
    home = tracked.root / folder
    _refuse_forgotten(home, [*command.reads, "src"])
    if absent := [path for path in command.reads if not (command.folder / path).exists()]:
        raise Failure(f"{command.named}: it reads {absent[0]}, which is not there", exit_code=Exit.CONFIG)
    return [path for path in command.reads if not tracked.has(str(folder / path)) or _has_more(home, path)]


def _refuse_forgotten(home: Path, paths: list[str]) -> None:
    there = [path for path in paths if (home / path).exists()]
    if forgotten := _listed(home, "--others", "--exclude-standard", "--", *there) if there else []:
        raise Failure(
            f"{forgotten[0]} is not in Git, and the cluster gets of the code what Git has",
            exit_code=Exit.CONFIG,
            remedy=f"`git add {forgotten[0]}`, or leave it out in .gitignore.",
        )


def _has_more(home: Path, path: str) -> bool:
    """Whether files lie there that Git leaves out: data that DVC tracks."""
    ignored = _listed(home, "--others", "--ignored", "--exclude-standard", "--", path)
    return any(not _NO_DATA & set(each.split("/")) for each in ignored)


def _listed(home: Path, *arguments: str) -> list[str]:
    said = Git(home).run("ls-files", "-z", *arguments).decode(errors="surrogateescape")
    return [each for each in said.split("\0") if each]
