"""The root of the checkout that a folder lies in, found without Git, and what stands there for all models."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import PROJECT

SOURCE = "src"


def root_of(folder: Path) -> Path:
    """The nearest folder from here upwards that holds `.git`, named as this one is; this one where none does."""
    above = str(folder.absolute())
    for steps in range(len(Path(above).parts)):
        if os.path.lexists(os.path.join(above, ".git")):  # noqa: PTH118 - Path is ten times as slow
            return Path(os.path.normpath(os.path.join(folder, *[".."] * steps)))  # noqa: PTH118
        above = os.path.dirname(above)  # noqa: PTH120
    return folder


def is_repository(root: Path) -> bool:
    """Whether it is the root of a checkout, rather than a folder in none."""
    return os.path.lexists(root / ".git")


def in_submodule(root: Path) -> bool:
    """Whether a checkout is one that another repository has as a submodule; a further work tree is none."""
    try:
        return b"/modules/" in (root / ".git").read_bytes()
    except OSError:  # a folder, or nothing
        return False


def above(folder: Path, root: Path) -> str:
    """The way up from a folder to the root, such as `../..`; empty for the root itself."""
    way = os.path.relpath(root.absolute(), folder.absolute())
    return "" if way == "." else way


def inside(folder: Path, root: Path) -> PurePosixPath:
    """Where a folder lies below the root, whichever way both are named."""
    return PurePosixPath(os.path.relpath(folder.absolute(), root.absolute()))


def code_folders(folder: Path) -> tuple[Path, ...]:
    """Where a model's own code lies, then that which the models of its repository share."""
    root = root_of(folder)
    shared = (root / SOURCE, root) if above(folder, root) else ()
    return (folder / SOURCE, *shared)


def project_of(root: Path) -> bytes | None:
    """What stands in the `pyproject.toml` of a root; None where there is none.

    Raises:
        Failure: it can't be read (exit 78).
    """
    file = root / PROJECT
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(f"{file}: can't be read: {error.strerror}", exit_code=Exit.CONFIG) from error
