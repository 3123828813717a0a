"""How DVC hashes: a file by its MD5, a folder by the MD5 of a listing of its files' MD5s.

Source: dvc-data 3.18, `dvc_data/hashfile/tree.py`: entries ordered by path, JSON with sorted keys.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def md5(content: bytes) -> str:
    """The MD5 of a file's bytes, in hex."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def file_md5(path: Path) -> str:
    """The MD5 of a file, read in parts."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def listing(files: Mapping[str, str]) -> bytes:
    """The listing of a folder: its files' paths, relative to it, with their MD5s."""
    entries = [{"md5": files[path], "relpath": path} for path in sorted(files)]
    return json.dumps(entries, sort_keys=True).encode()


def folder_md5(files: Mapping[str, str]) -> str:
    """The hash of a folder, as `dvc.lock` has it."""
    return f"{md5(listing(files))}.dir"
