"""Tracking of data by DVC: the files that `dvc init` and `dvc add` write, without loading DVC."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from mlops_spec.errors import Failure

_IGNORED = "/config.local\n/tmp\n/cache\n"
_CONFIG = """\
[core]
    remote = storage
['remote "storage"']
    url = {url}
"""
_TRACKED = """\
outs:
- md5: {md5}
  size: {size}
  hash: md5
  path: {name}
"""


def remote_url(remote: str, root: Path) -> str:
    """A remote as the `.dvc/config` of `root` says it: there, a relative folder is relative to that file.

    Raises:
        Failure: it holds a character that the file can't.
    """
    if not remote or re.search(r'[\x00-\x1f"]', remote):
        raise Failure(f"{remote!r} can't be the address of a DVC remote", remedy="a URL or a folder, without quotes")
    if "://" not in remote and not Path(remote).is_absolute():
        remote = os.path.relpath(remote, root / ".dvc")
    return f'"{remote}"' if re.search("[,#']", remote) else remote


def initialise(root: Path, *, remote: str) -> None:
    """Makes `root` a DVC repository whose default remote, `storage`, has this `remote_url`."""
    (root / ".dvc").mkdir()
    (root / ".dvc/.gitignore").write_text(_IGNORED, encoding="utf-8")
    (root / ".dvc/config").write_text(_CONFIG.format(url=remote), encoding="utf-8")


def track(root: Path, path: str) -> None:
    """Puts a file under DVC: a copy in the cache, `<file>.dvc` for Git, and the file itself ignored by Git."""
    file = root / path
    with file.open("rb") as stream:
        md5 = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    cached = root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    cached.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, cached)
    cached.chmod(0o444)
    tracked = _TRACKED.format(md5=md5, size=file.stat().st_size, name=file.name)
    file.with_name(f"{file.name}.dvc").write_text(tracked, encoding="utf-8")
    with (file.parent / ".gitignore").open("a", encoding="utf-8") as ignored:
        ignored.write(f"/{file.name}\n")
