"""DVC's command line, made to check the hash of every object that it reads (`python -m`, never imported).

A remote keeps a folder as its files and a listing of them, and DVC 3.67 believes the listing even where it verifies
the files. Whoever can write to the remote could so have it write outside of the folder, by names such as `../../x`.
Of its own cache it believes every file that is read-only, and a hash that it noted for a file of the same size and
time. What comes from there decides what is packaged, so each object is hashed before it counts.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import dvc.lock
from dvc.cli import main
from dvc.stage.cache import StageCache, _get_cache_hash
from dvc_data.hashfile.db.local import LocalHashFileDB
from dvc_data.hashfile.meta import Meta
from dvc_data.hashfile.state import State
from dvc_data.hashfile.tree import Tree
from dvc_objects.errors import ObjectFormatError

from mlops_spec import words
from mlops_spec.regex import regex
from mlops_spec.system.regular import special

if TYPE_CHECKING:
    from collections.abc import Callable

    from dvc.lock import LockBase

_HASH = regex(r"[0-9a-f]{32}(\.dir)?")
_read: Callable[..., Tree] = Tree.load
_parsed: Callable[..., Tree] = Tree.from_list
_checked: Callable[..., Meta] = LocalHashFileDB.check
_locked: Callable[..., LockBase] = dvc.lock.make_lock
_noted: Callable[..., dict[str, Any] | None] = StageCache._load_cache
_sound: dict[str, tuple[int, int, int]] = {}  # the objects that were hashed, as they were then


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


def check(odb: Any, oid: str, check_hash: bool = True, _info: dict[str, Any] | None = None) -> Meta:
    """`LocalHashFileDB.check` by content, once for each state of a file; a changed object is removed from the cache.

    DVC then takes it for missing: it fetches it, or runs the stage that made it. From a remote that is a folder nothing
    is removed: others read it too, and what somebody did there is to be found out.
    """
    if odb.hash_name != "md5":
        return _checked(odb, oid, check_hash, _info)
    path = odb.oid_to_path(oid)
    state = os.stat(path)  # noqa: PTH116 - there are many, and DVC's paths are text
    if check_hash and _sound.get(path) != _stamps(state):
        with open(path, "rb") as file:  # noqa: PTH123
            actual = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if actual != oid.removesuffix(".dir"):
            if isinstance(odb.state, State):  # a remote has none
                words.err(f"the cache's object {oid} was changed: it is not used, and removed")
                with suppress(OSError):
                    os.unlink(path)  # noqa: PTH108
            else:
                words.err(f"the object {oid} was changed where it is stored: it is not used")
            raise ObjectFormatError(f"changed object: {oid} has another content")
        _sound[path] = _stamps(state)
    return Meta.from_info({"size": state.st_size, "mode": state.st_mode, "type": "file"})


def load_note(cache: Any, key: str, value: str) -> dict[str, Any] | None:
    """`StageCache._load_cache` for a note that is named by its own hash, below that of its inputs; no other counts."""
    found = _noted(cache, key, value)
    if found is None or (_get_cache_hash(dict(found)), _get_cache_hash(dict(found), key=True)) == (value, key):
        return found
    words.err(f"the run cache's note {value[:12]} was changed: it is not used, and removed")
    with suppress(OSError):
        os.unlink(cache._get_cache_path(key, value))  # noqa: PTH108
    return None


def lock_of_folder(lockfile: str, *args: Any, **options: Any) -> LockBase:
    """DVC's lock of a repository, one for each folder that DVC is called in; others wait for it.

    Models of one repository so run side by side: what two of them touch both, DVC guards by its lock for paths, and the
    objects of its cache are put in place whole.
    """
    place, name = os.path.split(lockfile)
    inside = os.path.relpath(os.getcwd(), os.path.join(place, "..", ".."))  # noqa: PTH109,PTH118
    if inside == ".":
        return _locked(lockfile, *args, **options)
    own = f"lock-{hashlib.sha256(inside.encode()).hexdigest()[:16]}" if name == "lock" else name
    return _locked(os.path.join(place, own), *args, **{**options, "wait": True})  # noqa: PTH118


def _stamps(state: os.stat_result) -> tuple[int, int, int]:
    """The change time can't be set back, as the time of modification can."""
    return state.st_ino, state.st_size, state.st_ctime_ns


def refuse_special(event: str, arguments: tuple[Any, ...]) -> None:
    """Lets DVC open files alone, told in a way that it knows."""
    if event == "open" and special(arguments[0]):
        raise PermissionError(errno.EACCES, "is no regular file", arguments[0])


if __name__ == "__main__":
    sys.addaudithook(refuse_special)
    Tree.load, Tree.from_list = load, from_list  # type: ignore[method-assign,assignment]
    StageCache._load_cache = load_note
    dvc.lock.make_lock = lock_of_folder
    LocalHashFileDB.check = check  # type: ignore[method-assign,assignment]
    sys.exit(main(sys.argv[1:]))
