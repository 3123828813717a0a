"""The pipelines of a repository: each `dvc.yaml` that Git has or would take, and those that train."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.engines.adoption import pipeline
from mlops_spec.engines.files import PIPELINE
from mlops_spec.engines.source import read
from mlops_spec.git import Git
from mlops_spec.regex import regex
from mlops_spec.repository.root import is_repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.engines.adoption import Pipeline

_NAME = str(PIPELINE)
_SAYS = regex(r"^\s*[^\s#]", re.MULTILINE)  # DVC takes an empty one, too


def pipelines_of(root: Path, names: Iterable[str] = ()) -> dict[str, Pipeline]:
    """By the folder that each lies in, empty for the root; those of these names, else all that this tool has not
    rendered.

    Raises:
        Failure: one of them is no pipeline, or its templates can't be filled in.
    """
    named = [posixpath.normpath(name) for name in names]
    texts = {name: read(root / name) for name in named or sorted(_listed(root))}
    found = {
        posixpath.dirname(name): pipeline(root / posixpath.dirname(name), text, "", name)
        for name, text in texts.items()
        if named or _SAYS.search(text)
    }
    return {folder: each for folder, each in found.items() if named or not each.rendered}


def _listed(root: Path) -> Iterator[str]:
    if is_repository(root):
        listed = Git(root).run(
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", f":(glob)**/{_NAME}"
        )
        names = filter(None, listed.decode("utf-8", "replace").split("\0"))
        yield from (name for name in names if (root / name).is_file())
        return
    for folder, below, files in os.walk(root):
        below[:] = [name for name in below if not name.startswith(".") and not is_repository(Path(folder, name))]
        if _NAME in files:
            yield Path(folder, _NAME).relative_to(root).as_posix()
