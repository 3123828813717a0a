"""Files handed from machine to machine through the default remote: one stores them, another takes them by their hash.

The remote has them as DVC's objects. What comes is hashed before any of it stands in its place, so whoever may write to
the remote can withhold a file, but not change one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.config import of_checkout
from mlops_spec.engines.dvc.home import home_of
from mlops_spec.engines.dvc.listing import file_md5, listing, md5
from mlops_spec.engines.dvc.names import CONFIG, FOLDER, STATE
from mlops_spec.engines.dvc.output import reason
from mlops_spec.engines.dvc.process import dvc
from mlops_spec.engines.dvc.store_trouble import Keys, trouble
from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex
from mlops_spec.system.faults import told_of
from mlops_spec.system.files import followed, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.engines.dvc.store_trouble import Rights

_HASH = regex(r"[0-9a-f]{32}(\.dir)?")
_SEEN_CHANGED = regex(r"object [0-9a-f.]+ was changed")  # where it is stored, or in the cache that it came into
_CACHE = FOLDER / "cache/files/md5"
_LISTING = ".dir"


@dataclass(frozen=True)
class Store:
    """The default remote of the repository at `root`: its name and its settings, and who signs in to it.

    Work goes on in the repository's folder for such, on whose disk it so stays.
    """

    root: Path
    name: str
    values: Mapping[str, str]
    keys: Keys

    @classmethod
    def of(cls, root: Path, keys: Keys | None = None, url: str = "") -> Store:
        """The default remote of a repository, at `url` where that is given; raises Failure (78) where it has none."""
        remote, home = of_checkout(root).default, home_of(root)
        if remote is None or not remote.url:
            raise Failure(
                f"{root} has no default DVC remote to hand files through",
                exit_code=Exit.CONFIG,
                remedy="Name one in `storage.url`, and run `mlops-spec render`.",
            )
        place = url or (remote.url if "://" in remote.url else os.path.normpath(home / FOLDER / remote.url))
        return cls(home, remote.name, {**remote.values, "url": place, "verify": "true"}, keys or Keys())

    @property
    def url(self) -> str:
        """Where it is; of a folder the whole path."""
        return self.values["url"]

    def put(self, folder: Path, paths: Sequence[str]) -> dict[str, str]:
        """Stores files and folders of `folder`; their hashes by path.

        Raises:
            Failure: the remote does not take them (69), or may not be written to (78).
        """
        if not paths:
            return {}
        with self._checkout() as checkout:
            hashes = {path: _kept(folder / path, checkout) for path in paths}
            self._name_them(checkout, hashes)
            self._call(checkout, "push", "does not take " + ", ".join(paths), "write")
        return hashes

    def take(self, folder: Path, hashes: Mapping[str, str]) -> None:
        """Brings files and folders into `folder` by their hashes; what stands there gives way once all have come.

        Raises:
            Failure: the remote does not give one (69), gives another content, or a name that leads elsewhere (1).
        """
        if not hashes:
            return
        with self._checkout() as checkout:
            self._name_them(checkout, hashes)
            said = self._call(checkout, "fetch", "does not give " + ", ".join(hashes), "read")
            try:
                come = {path: _laid_out(checkout, path, oid) for path, oid in hashes.items()}
            except _Absent as absent:
                raise self._not_given(absent.path, said) from None
            for path, whole in come.items():
                _put_in_place(whole, folder / path)

    @contextmanager
    def _checkout(self) -> Iterator[Path]:
        place = self.root / STATE / "handing"
        make_folder(followed(place))
        with tempfile.TemporaryDirectory(prefix="at-", dir=place) as folder:
            checkout = Path(folder)
            (checkout / FOLDER).mkdir()
            lines = [f"    {key} = {value}" for key, value in self.values.items()]
            head = ["[core]", "    no_scm = true", f"    remote = {self.name}", f"['remote \"{self.name}\"']"]
            (checkout / CONFIG).write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
            yield checkout

    @staticmethod
    def _name_them(checkout: Path, hashes: Mapping[str, str]) -> None:
        for number, (path, oid) in enumerate(hashes.items()):
            if not _HASH.fullmatch(oid):
                raise Failure(f"{path}: `{oid[:60]}` is no hash of DVC's", exit_code=Exit.FINDINGS)
            out = {"md5": oid, "hash": "md5", "path": f"{number}"}
            (checkout / f"{number}.dvc").write_text(json.dumps({"outs": [out]}), encoding="utf-8")

    def _call(self, checkout: Path, command: str, what: str, rights: Rights) -> str:
        done = dvc(checkout, command)
        if done.returncode == 0:
            return done.stderr
        told = f"the DVC remote `{self.name}` ({self.url}) {what}"
        if "changed listing" in done.stderr:
            raise _changed(what.partition("give ")[2])
        known = trouble(done.stderr, rights, self.keys, told)
        raise known or Failure(
            f"{told}: {reason(done.stderr)}",
            exit_code=Exit.IO if told_of(done.stderr) else Exit.UNAVAILABLE,
            remedy="Check its address, the network and the rights there.",
        )

    def _not_given(self, path: str, said: str) -> Failure:
        """Why an object did not come of which DVC's fetch says nothing by its exit code."""
        if _SEEN_CHANGED.search(said):
            return _changed(path)
        told = f"the DVC remote `{self.name}` ({self.url}) does not give {path}"
        return trouble(said, "read", self.keys, told) or Failure(
            f"{told}: nobody has stored it there, or it was deleted",
            exit_code=Exit.UNAVAILABLE,
            remedy="Each machine must reach the same storage at this address; then run again.",
        )


class _Absent(Exception):
    """An object has not come."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def _kept(path: Path, checkout: Path) -> str:
    """Copies a file or folder into a checkout's cache, and says by which hash it is there."""
    if path.is_file():
        return _kept_file(path, checkout)
    found = {each.relative_to(path).as_posix(): each for each in sorted(path.rglob("*")) if each.is_file()}
    content = listing({name: _kept_file(each, checkout) for name, each in found.items()})
    oid = f"{md5(content)}{_LISTING}"
    _object(checkout, oid).parent.mkdir(parents=True, exist_ok=True)
    _object(checkout, oid).write_bytes(content)
    return oid


def _kept_file(path: Path, checkout: Path) -> str:
    oid = file_md5(path)
    place = _object(checkout, oid)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, place)
    return oid


def _object(checkout: Path, oid: str) -> Path:
    return checkout / _CACHE / oid[:2] / oid[2:]


def _laid_out(checkout: Path, path: str, oid: str) -> Path:
    """A file or folder from a checkout's cache, put together beside it; each hash is checked."""
    whole = Path(tempfile.mkdtemp(dir=checkout)) / "whole"
    if not oid.endswith(_LISTING):
        return _moved(_object(checkout, oid), oid, whole, path)
    place = _object(checkout, oid)
    if not place.exists():
        raise _Absent(path)
    content = place.read_bytes()
    if f"{md5(content)}{_LISTING}" != oid:
        raise _changed(path)
    whole.mkdir()
    for relative, file in _listed(content, path):
        name = PurePosixPath(relative)
        if name.is_absolute() or {"..", "."} & set(name.parts) or not _HASH.fullmatch(file):
            raise _changed(f"{path}/{name}")
        target = whole / name
        target.parent.mkdir(parents=True, exist_ok=True)
        _moved(_object(checkout, file), file, target, f"{path}/{name}")
    return whole


def _listed(content: bytes, path: str) -> list[tuple[str, str]]:
    try:
        return [(str(entry["relpath"]), str(entry["md5"])) for entry in json.loads(content)]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _changed(path) from None


def _moved(source: Path, oid: str, target: Path, path: str) -> Path:
    if not source.exists():
        raise _Absent(path)
    # a copy, since two files of one content are one object
    shutil.copyfile(source, target)
    if file_md5(target) != oid:
        raise _changed(path)
    return target


def _put_in_place(whole: Path, target: Path) -> None:
    make_folder(followed(target.parent))
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    elif target.exists() or target.is_symlink():
        target.unlink()
    shutil.move(whole, target)


def _changed(path: str) -> Failure:
    return Failure(
        f"{path} is not what was stored: another content came than the one of its hash, and none of it was taken",
        exit_code=Exit.FINDINGS,
        remedy="Somebody has changed it in the DVC remote, or on its way: find out who, then run again.",
    )
