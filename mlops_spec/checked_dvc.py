"""DVC's command line, which believes no listing of a folder that its hash does not name (`python -m`, never imported).

A remote keeps a folder as its files and a listing of them, and DVC 3.67 believes the listing even where it verifies
the files. Whoever can write to the remote could so have it write outside of the folder, by names such as `../../x`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, Any

from dvc.cli import main
from dvc_data.hashfile.tree import Tree
from dvc_objects.errors import ObjectFormatError

if TYPE_CHECKING:
    from collections.abc import Callable

_HASH = re.compile(r"[0-9a-f]{32}(\.dir)?")
_read: Callable[..., Tree] = Tree.load
_parsed: Callable[..., Tree] = Tree.from_list


def load(odb: Any, hash_info: Any, hash_name: str | None = None) -> Tree:
    """`Tree.load` for a listing that is the one of its hash; where it is not, DVC looks on, and then refuses."""
    found = odb.get(hash_info.value)
    with found.fs.open(found.path, "rb") as file:
        actual = hashlib.md5(file.read(), usedforsecurity=False).hexdigest()
    if actual != hash_info.value.removesuffix(".dir"):
        raise ObjectFormatError(f"changed listing: the object {hash_info.value} has another content")
    return _read(odb, hash_info, hash_name)


def from_list(entries: list[Any], hash_name: str | None = None) -> Tree:
    """`Tree.from_list` for entries that name places within the folder, and objects within the store."""
    wrong = next((entry for entry in entries if not _is_plain(entry)), None)
    if wrong is not None:
        raise ObjectFormatError(f"changed listing: {wrong!r} is not within the folder")
    return _parsed(entries, hash_name)


def _is_plain(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("relpath"), str):
        return False
    hashes = [str(entry[name]) for name in ("md5", "md5-dos2unix") if entry.get(name) is not None]
    return not {"", ".", ".."} & set(entry["relpath"].split("/")) and all(map(_HASH.fullmatch, hashes))


def refuse_special(event: str, arguments: tuple[Any, ...]) -> None:
    """Lets DVC open files alone: a pipe in place of an object would be waited for, a device read, for ever."""
    if event != "open" or not isinstance(arguments[0], str) or arguments[0].startswith(("/dev/", "/proc/", "/sys/")):
        return
    try:
        mode = os.stat(arguments[0]).st_mode  # noqa: PTH116 - each file that DVC opens pays for it
    except (OSError, ValueError):
        return  # whoever opens it is told
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise PermissionError(errno.EACCES, "is no regular file", arguments[0])


if __name__ == "__main__":
    sys.addaudithook(refuse_special)
    Tree.load, Tree.from_list = load, from_list  # type: ignore[method-assign,assignment]
    sys.exit(main(sys.argv[1:]))
