"""Tracking of data by DVC: the files that `dvc init` and `dvc add` write, without loading DVC."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.listing import file_md5, listing, md5
from mlops_spec.errors import Failure
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_TRACKED_FOLDER = """\
outs:
- md5: {md5}
  size: {size}
  nfiles: {files}
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


def track(root: Path, path: str, about: Mapping[str, str | int] = MappingProxyType({})) -> None:
    """Puts a file or folder under DVC: a copy in the cache, `<file>.dvc` for Git, and the file itself ignored by Git.

    `about` is kept in that file's `meta`, which DVC leaves to its users.
    """
    file = root / path
    tracked = _folder(root, file) if file.is_dir() else _file(root, file)
    if about:
        tracked += "meta:\n  mlops-spec:\n" + "".join(
            f"    {key}: {json.dumps(value)}\n" for key, value in about.items()
        )
    write_atomic(file.with_name(f"{file.name}.dvc"), tracked)
    _ignore(file.parent / ".gitignore", f"/{file.name}")


def _file(root: Path, file: Path) -> str:
    return _TRACKED.format(md5=_cache(root, file), size=file.stat().st_size, name=file.name)


def _folder(root: Path, folder: Path) -> str:
    """Each file is cached, and a listing of them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    content = listing({path.relative_to(folder).as_posix(): _cache(root, path) for path in files})
    named = f"{md5(content)}.dir"
    cached = _cached(root, named)
    cached.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(cached, content)
    cached.chmod(0o444)
    size = sum(path.stat().st_size for path in files)
    return _TRACKED_FOLDER.format(md5=named, size=size, files=len(files), name=folder.name)


def _cache(root: Path, file: Path) -> str:
    """Copies a file into the cache, where it is not there yet; returns its MD5."""
    found = file_md5(file)
    cached = _cached(root, found)
    if not cached.exists():
        cached.parent.mkdir(parents=True, exist_ok=True)
        partial = cached.with_name(f"{cached.name}.{os.getpid()}")
        shutil.copyfile(file, partial)
        partial.chmod(0o444)
        partial.replace(cached)
    return found


def _cached(root: Path, name: str) -> Path:
    return root / ".dvc/cache/files/md5" / name[:2] / name[2:]


def _ignore(file: Path, line: str) -> None:
    known = file.read_text(encoding="utf-8") if file.is_file() else ""
    if line not in known.splitlines():
        write_atomic(file, f"{known}{line}\n")
