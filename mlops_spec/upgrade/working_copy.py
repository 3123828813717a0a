"""A working copy of a repository's last commit, and what became of its files."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.render.write.journal import Change
from mlops_spec.start.new import requirement

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def aside(root: Path) -> Iterator[Path]:
    """A folder with room for the copy, `copy`, and for environments beside it; gone when the block ends.

    Raises:
        Failure: `root` is not a repository's own folder (exit 78), or holds changes that no commit has (exit 2).
    """
    git = Git.open(root)
    if git.text("rev-parse", "--show-prefix"):
        raise Failure(f"{root} is a folder within a repository", exit_code=Exit.CONFIG, remedy="name the repository's")
    git.commit_id()
    if edited := git.text("status", "--porcelain", "--untracked-files=no"):
        raise Failure(
            f"{root} holds changes that are not committed:\n{edited}",
            remedy="commit or stash them first, so that the upgrade can be seen, and undone, by itself",
        )
    with tempfile.TemporaryDirectory(prefix="mlops-upgrade-") as folder:
        copy = Path(folder, "copy")
        git.run("clone", "--quiet", "--shared", "--", str(root.absolute()), str(copy), env={"GIT_LFS_SKIP_SMUDGE": "1"})
        yield copy


def changes(copy: Path) -> tuple[Change, ...]:
    """What became of the copy's files since its commit, ordered by path."""
    git = Git(copy)
    git.run("-c", f"core.excludesFile={os.devnull}", "add", "--all")
    for wheel in requirement.wheels(copy):  # which some ignore wherever they are
        git.run("add", "--force", "--", str(wheel.relative_to(copy)))
    listed = git.text("diff", "--cached", "--name-only", "--no-renames", "-z", "HEAD").split("\0")
    paths = sorted(map(PurePosixPath, filter(None, listed)))
    head = git.tree()
    return tuple(Change(path, head.read(path), _read(copy / path)) for path in paths)


def changed_lines(copy: Path) -> dict[str, tuple[int, int] | None]:
    """The lines that came and went, by path; None for a binary file."""
    rows = (
        line.split("\t")
        for line in Git(copy).text("diff", "--cached", "--numstat", "--no-renames", "HEAD").splitlines()
    )
    return {path: None if added == "-" else (int(added), int(removed)) for added, removed, path in rows}


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
