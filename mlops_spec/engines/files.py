"""The engine's files in a repository, named by their purpose; everything loads this, so it loads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc import names

if TYPE_CHECKING:
    from collections.abc import Iterable

PIPELINE = names.FILE  # the stages, as the engine runs them
LOCK = names.LOCK  # what each stage read and wrote when it last ran
FOLDER = names.FOLDER  # the engine's own, at the root of a repository that it is set up in
SETTINGS = names.CONFIG
VARIABLES = names.VARIABLES
IGNORED = names.IGNORE  # what the engine passes by
OWN = (PIPELINE, LOCK, FOLDER, IGNORED)


def pointer(path: str) -> str:
    """The file that Git has in place of data that the engine keeps."""
    return f"{path}{names.SUFFIX}"


def kept(paths: Iterable[str]) -> tuple[str, ...]:
    """The data that the engine keeps, by the pointers among the files that Git has."""
    return tuple(path.removesuffix(names.SUFFIX) for path in paths if path.endswith(names.SUFFIX))
