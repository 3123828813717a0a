"""The repository that a folder lies in, as Git lists it."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.git import Git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def listed(folder: Path) -> dict[str, int] | None:
    """The files that Git has, or would take with `git add`, below a folder, with their bytes; None outside of Git."""
    try:
        answer = Git(folder).run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    except (Failure, OSError):
        return None
    sizes = {name: _size(folder / name) for name in answer.decode("utf-8", "replace").split("\0") if name}
    return {name: size for name, size in sizes.items() if size is not None}


def fingerprint(folder: Path, sizes: Mapping[str, int]) -> bytes:
    """Changes when a file of the repository does, comes or goes."""
    digest = hashlib.blake2b(str(folder.absolute()).encode("utf-8", "replace"), digest_size=16)
    for path in sorted(sizes):
        try:
            facts = os.lstat(folder / path)
        except OSError:
            continue
        digest.update(f"\0{path}\0{facts.st_size}\0{facts.st_mtime_ns}".encode("utf-8", "replace"))
    return digest.digest()


def _size(file: Path) -> int | None:
    """Bytes of a regular file; a link, a submodule or a file that is gone has none."""
    try:
        facts = os.lstat(file)
    except (OSError, ValueError):
        return None
    return facts.st_size if stat.S_ISREG(facts.st_mode) else None
