"""The ledger against what lies outside of it: the versions' tags, main's commits, main's deploy files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.ledger.checkpoint import Checkpoint, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from mlops_spec.ledger.record import Record, TagObject


@dataclass(frozen=True)
class TagFound:
    """A version's tag as the remote (or an export) has it: its object's id and, of an annotated one, the content."""

    name: str
    object: str
    content: bytes

    @classmethod
    def read(cls, name: str, content: bytes) -> TagFound:
        """A tag by its object's content, whose SHA-1 is Git's id of it."""
        return cls(name, hashlib.sha1(b"tag %d\0" % len(content) + content, usedforsecurity=False).hexdigest(), content)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint at the end of its message."""
        return parse(self.content.decode(errors="replace"))


@dataclass(frozen=True)
class Pin:
    """What a file of main wants to be live."""

    path: str
    model: str
    version: str
    digest: str


#: How a tag comes to have no record: Git moves several references one by one where it keeps them as files.
UNRECORDED = "its registration was interrupted, or it was made by hand"


def restored(tag: TagObject) -> str:
    """The command that puts a tag back which the ledger knows; the clone that registered it has the object."""
    return f"`git push origin {tag.object}:refs/tags/{tag.name}`, from the clone that registered it"


def removed(name: str) -> str:
    """The command that takes away a tag which the ledger does not know."""
    return f"`git push origin --delete refs/tags/{name}`, then `mlops-spec register` again"


def tag_findings(registered: Iterable[Record], tags: Collection[TagFound]) -> Iterator[str]:
    """Each version's tag is the object that was registered, and no version is without its record."""
    found = {tag.name: tag.object for tag in tags}
    recorded = {record.what.tag.name: record for record in registered if record.what.tag}
    for name, record in recorded.items():
        assert record.what.tag
        if name not in found:
            gone = f"tag {name} is gone; record {record.seq} registered {record.what.tag.object}"
            yield f"{gone}: {restored(record.what.tag)}"
        elif found[name] != record.what.tag.object:
            yield f"tag {name} was moved: it is {found[name]}, record {record.seq} registered {record.what.tag.object}"
    for name in sorted(found.keys() - recorded):
        yield f"tag {name} has no record: {UNRECORDED}: {removed(name)}"


def source_findings(registered: Iterable[Record], commits: Collection[str]) -> Iterator[str]:
    """Every version was made from a commit of main."""
    for record in registered:
        if record.from_what and record.from_what.commit not in commits:
            yield f"record {record.seq}: its source {record.from_what.commit[:12]} is not on main"


def pin_findings(registered: Iterable[Record], pins: Iterable[Pin]) -> Iterator[str]:
    """What main wants to be live was registered, as just that package. Whether it is live yet, `status` says."""
    known = {(record.what.model, record.what.version): record for record in registered}
    for pin in pins:
        record = known.get((pin.model, pin.version))
        if record is None:
            yield f"{pin.path} declares {pin.version}, which was never registered"
        elif record.what.package and record.what.package.digest != pin.digest:
            yield f"{pin.path} declares {pin.version} as {pin.digest}, record {record.seq} registered another package"
