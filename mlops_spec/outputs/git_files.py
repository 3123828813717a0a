"""What Git is told of our files: which it leaves out, and which have the same line ends on every machine."""

from __future__ import annotations

from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from mlops_spec.render.output import GIT_ATTRIBUTES, GIT_IGNORE, Kind, Output
from mlops_spec.spec.storage import by_google

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Literal

    from mlops_spec.spec.storage import Storage

    Holds = Literal["model", "repository"]

_NO_CODE: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def git_files(
    holds: frozenset[Holds],
    storage: Storage | None,
    source: str,
    *,
    writes: Sequence[str] = (),
    code: Mapping[str, tuple[str, ...]] = _NO_CODE,
) -> Iterator[Output]:
    """`.gitignore` and `.gitattributes` of a folder that holds a model, what a repository has once, or both.

    Stages write `writes`, and run `code` besides `src`, each by its name; `source` is what all of it follows from.
    """
    common = {"source": source, "of_model": "model" in holds, "of_repository": "repository" in holds}
    ignored = {"writes": writes, "google": by_google(storage)}
    yield Output(GIT_IGNORE, "gitignore", common | ignored, Kind.SHARED)
    own = sorted({path for paths in code.values() for path in paths if not path.startswith("../")})
    files = {"files": [path for path in own if PurePosixPath(path).suffix]}
    folders = {"folders": [path for path in own if not PurePosixPath(path).suffix]}
    yield Output(GIT_ATTRIBUTES, "gitattributes", common | files | folders, Kind.SHARED)
