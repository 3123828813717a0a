"""The seal of a folder: `SHA256SUMS` names every file by its SHA-256, and its own SHA-256 is the folder's digest.

It is the format of coreutils' `sha256sum`, so that a job without this program can check a folder by `--check`.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING, NoReturn

from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "SHA256SUMS"
LIMIT = 4 * 2**20
_LINE = regex(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9_.-]*)")


def seal(folder: Path) -> str:
    """Writes the seal of a folder of plain files; returns its digest, `sha256:` and 64 hex digits."""
    names = sorted(path.name for path in folder.iterdir())
    content = "".join(f"{_sha256((folder / name).read_bytes())}  {name}\n" for name in names).encode()
    write_atomic(folder / NAME, content)
    return sha256(content)


def sha256(content: bytes) -> str:
    """A digest as jobs hand it over: `sha256:` and 64 hex digits."""
    return f"sha256:{_sha256(content)}"


def opened(folder: Path, names: tuple[str, ...], expected: str | None = None) -> Mapping[str, bytes]:
    """The files of a sealed folder, which must be just `names`; `expected` is the digest that came another way.

    Raises:
        Failure: a file is missing (exit 2); the seal has another digest than `expected`, a file is not the one of the
            seal, or something is there that is not sealed (1).
    """
    content = _read_regular(folder, NAME)
    found = sha256(content)
    if expected is not None and found != expected:
        _refuse(f"{folder} has the digest {found}, but {expected} was handed over")
    listed = list(_sums(content, folder / NAME))
    sums = dict(listed)
    if sorted(name for name, _ in listed) != sorted(names):
        differing = ", ".join(sorted(sums.keys() ^ {*names})) or "one stands twice"
        _refuse(f"{folder / NAME} does not name the files of a bundle: {differing}")
    for path in sorted(folder.iterdir()):
        if path.name not in sums and path.name != NAME:
            _refuse(f"{path} is not in {NAME}: nothing else belongs there")
    files = {name: _read_regular(folder, name) for name in names}
    for name, own in files.items():
        if _sha256(own) != sums[name]:
            _refuse(f"{folder / name} is not the file of {NAME}: its SHA-256 differs")
    return files


def _sums(content: bytes, path: Path) -> Iterator[tuple[str, str]]:
    lines = content.decode(errors="replace").splitlines()
    if "".join(f"{line}\n" for line in lines).encode() != content or lines != sorted(lines, key=lambda line: line[66:]):
        _refuse(f"{path} is not as it was written: one line for each file, ordered by name")
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            _refuse(f"{path}: {line[:80]!r} is no line of `sha256sum`")
        yield match[2], match[1]


def _read_regular(folder: Path, name: str) -> bytes:
    """A regular file, opened without following a link and without waiting for whoever writes a pipe."""
    path = folder / name
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise Failure(
            f"{path}: {error.strerror}",
            remedy="`mlops-spec bundle --out dist` writes the bundle after the gates passed",
        ) from error
    except OSError as error:
        raise Failure(f"{path} is a link, or can't be read: {error.strerror}") from error
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode) or state.st_size > LIMIT:
        os.close(descriptor)
        raise Failure(f"{path} is no regular file, or larger than {LIMIT:,} bytes")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise Failure(f"{path} is larger than {LIMIT:,} bytes")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _refuse(message: str) -> NoReturn:
    raise Failure(
        message,
        exit_code=Exit.FINDINGS,
        remedy="the bundle was replaced on its way: look at the run's artifacts, then run it again",
    )
