"""The stores that deliveries come from and scores go to: a folder, or a bucket that speaks S3."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import fs

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.targets.batch.work import Places

_CHUNK = 2**20
_S3 = "s3://"
PARTIAL = ".partial-"  # of a file in a folder that is not whole yet


@dataclass(frozen=True)
class Part:
    """A file as it was found; its time and size tell whether it is the same still."""

    path: str
    size: int
    changed: int  # nanoseconds since 1970

    @property
    def name(self) -> str:
        """Its last step."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Store:
    """Files by their paths; of a bucket, the first step is its name."""

    files: Any
    scheme: str = ""

    @staticmethod
    def of(url: str, places: Places) -> tuple[Store, str]:
        """The store that an address is in, and the path there."""
        if not url.startswith(_S3):
            return Store(fs.LocalFileSystem()), url
        options = {name: value for name, value in (("region", places.region),) if value}
        endpoint = places.endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        if endpoint:
            scheme, _, host = endpoint.rstrip("/").partition("://")
            options |= {"scheme": scheme, "endpoint_override": host}
        with reading(url):
            return Store(fs.S3FileSystem(**options), _S3), url.removeprefix(_S3)

    def url(self, path: str) -> str:
        """The address of a path."""
        return self.scheme + path

    def matching(self, pattern: str) -> tuple[Part, ...]:
        """The files of a folder whose names fit, in the order of their names; none where there is no folder."""
        folder, _, wanted = pattern.rpartition("/")
        return tuple(part for part in self.inside(folder) if fnmatchcase(part.name, wanted))

    def inside(self, folder: str) -> tuple[Part, ...]:
        """The files of a folder."""
        with reading(self.url(folder)):
            found = self.files.get_file_info(fs.FileSelector(folder.rstrip("/"), allow_not_found=True))
        parts = (Part(each.path, each.size, each.mtime_ns or 0) for each in found if each.type == fs.FileType.File)
        return tuple(sorted(parts, key=lambda part: part.name))

    def is_same(self, part: Part) -> bool:
        """Whether a file is as it was found."""
        with reading(self.url(part.path)):
            found = self.files.get_file_info(part.path)
        return found.type == fs.FileType.File and Part(part.path, found.size, found.mtime_ns or 0) == part

    def read(self, path: str) -> bytes | None:
        """A small file whole; None where there is none."""
        with reading(self.url(path)):
            try:
                with self.files.open_input_stream(path) as stream:
                    return bytes(stream.read())
            except FileNotFoundError:
                return None

    def sha256(self, path: str) -> str:
        """SHA-256 of a file's bytes, in hex."""
        state = hashlib.sha256()
        with reading(self.url(path)), self.files.open_input_stream(path, compression=None) as stream:
            while chunk := stream.read(_CHUNK):
                state.update(chunk)
        return state.hexdigest()

    def open(self, path: str) -> Any:
        """A file to read from anywhere in it."""
        with reading(self.url(path)):
            return self.files.open_input_file(path)

    @contextmanager
    def create(self, path: str) -> Iterator[Writing]:
        """A file to write; it is there at the end, whole, or not at all."""
        folder, _, name = path.rpartition("/")
        local = not self.scheme
        place = f"{folder}/{PARTIAL}{name}" if local else path
        with writing(self.url(path)):
            if local:
                self.files.create_dir(folder, recursive=True)
            stream = self.files.open_output_stream(place, compression=None)
        made = Writing(stream)
        try:
            yield made
            with writing(self.url(path)):
                stream.close()
                if local:
                    _lasting(place, path)
        except BaseException:
            with suppress(OSError, pa.ArrowException):
                stream.close()  # an upload that is not closed would be at the end
            with suppress(OSError, pa.ArrowException):
                self.files.delete_file(place)
            raise

    def write(self, path: str, content: bytes) -> None:
        """A small file, the old one or the new one at any moment."""
        with self.create(path) as file:
            file.write(content)

    def remove(self, path: str) -> None:
        """Removes a file that may be gone already."""
        with writing(self.url(path)), suppress(FileNotFoundError):
            self.files.delete_file(path)


class Writing:
    """A file that is being written, with its size and SHA-256; it is what Arrow takes for a file of Python's."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._state, self.size, self.closed = stream, hashlib.sha256(), 0, False

    def write(self, content: Any) -> int:
        """Writes all of it."""
        view = memoryview(content)
        self._stream.write(view)
        self._state.update(view)
        self.size += view.nbytes
        return view.nbytes

    @property
    def sha256(self) -> str:
        """Of what was written, in hex."""
        return self._state.hexdigest()

    def writable(self) -> bool:
        """As a file of Python's."""
        return True

    def readable(self) -> bool:
        """As a file of Python's."""
        return False

    def seekable(self) -> bool:
        """As a file of Python's."""
        return False

    def tell(self) -> int:
        """As a file of Python's."""
        return self.size

    def flush(self) -> None:
        """Once it is whole, it is kept."""

    def close(self) -> None:
        """Who made it closes it."""
        self.closed = True


@contextmanager
def reading(url: str) -> Iterator[None]:
    """Says of which address an error is."""
    with _naming(url, "read"):
        yield


@contextmanager
def writing(url: str) -> Iterator[None]:
    """Says of which address an error is."""
    with _naming(url, "written"):
        yield


@contextmanager
def _naming(url: str, done: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if url.startswith(_S3):
            raise _of_bucket(url, done, str(error)) from error
        raise OSError(error.errno, os.strerror(error.errno) if error.errno else str(error), url) from error


def _of_bucket(url: str, done: str, said: str) -> Failure:
    denied = any(words in said for words in ("ACCESS_DENIED", "AccessDenied", "INVALID_ACCESS_KEY", "HTTP status 403"))
    gone = any(words in said for words in ("NO_SUCH_BUCKET", "NoSuchBucket"))
    code = Exit.CONFIG if denied or gone else Exit.UNAVAILABLE
    remedy = (
        "Let this host's or workflow's role in, and name the bucket's region in `storage.region`." if denied else ""
    )
    return Failure(f"{url} can't be {done}: {said.splitlines()[0][:300]}", exit_code=code, remedy=remedy)


def _lasting(place: str, path: str) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    Path(place).replace(path)
