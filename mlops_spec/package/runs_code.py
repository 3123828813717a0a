"""The check whether reading a file of a model may run code: by what it and all that is packed in it hold.

No file is taken for harmless because it can't be read: what is encrypted, damaged, packed too often or in a way that
nobody here unpacks is refused. What only a predictor's own code gets at is not seen: bytes behind others, in text
(Base64) or without an opening of their own (raw deflate). The rules on code that unpickles (MS817) look for that.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from mlops_spec.package import code_kinds, npy_header
from mlops_spec.package.pickles import OPENINGS, SUFFIXES, is_old_pickle
from mlops_spec.package.unpacked import MOST, unpacked

if TYPE_CHECKING:
    from pathlib import Path

PICKLE = "is a pickle, which can run any code when it is read"
_UNREADABLE = "is an archive that is damaged, encrypted or packed in a way that nobody here unpacks"
_DEEPEST = 3  # archives within one another
_TOO_DEEP = "is packed more than three times over, so what it holds was not looked at"
_MOST_FILES = 10_000  # of an archive
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def why_refused(path: Path, *, importing: bool = False) -> str:
    """What is wrong with a file, such as `is a pickle, ...`; empty for one that runs nothing.

    Args:
        path: a regular file.
        importing: whether of texts that are old pickles too, such as `0.5`, only those count that name something to
            import: a package that was built before its files were looked at so closely stays what it was.
    """
    skops = path.suffix == ".skops"  # names its members as it likes; types are looked at by `check_types`
    look = _Look(importing=importing or skops, by_name=not skops)
    with path.open("rb") as stream:
        return look.at_name(path.name) or look.at(stream)


@dataclass(frozen=True)
class _Look:
    importing: bool
    by_name: bool

    def at_name(self, name: str) -> str:
        if not self.by_name:
            return ""
        return PICKLE if name.lower().endswith(SUFFIXES) else code_kinds.by_name(name)

    def at(self, stream: IO[bytes], depth: int = 0, *, cut: bool = False) -> str:
        """What is wrong with a stream that can be read from its start; `cut`: it is only the beginning."""
        stream.seek(0)
        opening = stream.read(code_kinds.OPENING)
        if opening.startswith(OPENINGS):
            return PICKLE
        said = code_kinds.by_opening(opening) or code_kinds.behind(stream)
        return said or self._in_archive(stream, opening, depth) or self._in_file(stream, opening, depth, cut=cut)

    def _in_file(self, stream: IO[bytes], opening: bytes, depth: int, *, cut: bool) -> str:
        if opening.startswith(npy_header.MAGIC):
            stream.seek(0)
            return PICKLE if npy_header.holds_objects(stream.read(npy_header.LONGEST)) else ""
        if is_old_pickle(stream, cut=cut, importing=self.importing):
            return PICKLE
        found = unpacked(opening, stream)
        if found is None or not found.content:
            return ""
        return _TOO_DEEP if depth == _DEEPEST else self.at(io.BytesIO(found.content), depth + 1, cut=found.cut)

    def _in_archive(self, stream: IO[bytes], opening: bytes, depth: int) -> str:
        try:
            archive = zipfile.ZipFile(stream) if zipfile.is_zipfile(stream) else None
        except (zipfile.BadZipFile, NotImplementedError, ValueError):  # so may the end of any file look
            archive = None
        if archive is None:
            return _UNREADABLE if opening.startswith(_ZIP) else ""
        with archive:
            try:
                return self._at_members(archive, depth)
            except (zipfile.BadZipFile, RuntimeError, ValueError, OSError, EOFError, lzma.LZMAError, zlib.error):
                return _UNREADABLE

    def _at_members(self, archive: zipfile.ZipFile, depth: int) -> str:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if depth == _DEEPEST:
            return _TOO_DEEP
        if len(members) > _MOST_FILES:
            return f"is an archive of more than {_MOST_FILES:,} files, which were not looked at"
        for member in members:
            with archive.open(member) as stream:
                said = self.at_name(member.filename) or self._at_member(stream, member, depth + 1)
            if said:
                return f"holds {member.filename!r}, which {said}"
        return ""

    def _at_member(self, stream: IO[bytes], member: zipfile.ZipInfo, depth: int) -> str:
        opening = stream.read(code_kinds.OPENING)
        if opening.startswith(npy_header.MAGIC):  # an array's values, however many, need not be looked at
            return PICKLE if npy_header.holds_objects(opening + stream.read(npy_header.LONGEST)) else ""
        content = opening + stream.read(MOST)
        if member.filename.rpartition("/")[2] == "config.json" and b"Lambda" in content:
            return "has a Lambda layer of Keras', which is code"
        return self.at(io.BytesIO(content), depth, cut=len(content) > MOST)
