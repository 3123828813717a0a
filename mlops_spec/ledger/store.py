"""The places where a ledger is kept: a branch of the remote, or a folder that was exported from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import GitError
from mlops_spec.layout import LEDGER_BRANCH
from mlops_spec.ledger.chain import CHECKPOINT, FRONTIER, record_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.git import Git

REMOTE_REF = f"refs/heads/{LEDGER_BRANCH}"
SEEN_REF = f"refs/mlops-spec/{LEDGER_BRANCH}"  # moves forward only: so each clone is a witness of what it saw


@dataclass(frozen=True)
class Snapshot:
    """The ledger's files at one moment: names, and a way to their bytes."""

    keys: Mapping[str, str]  # name → what `load` takes
    load: Callable[[list[str]], Iterator[bytes | None]]

    @cached_property
    def size(self) -> int:
        """How many records it has."""
        return sum(name.startswith("log/") for name in self.keys)

    def records(self, start: int = 0) -> Iterator[bytes]:
        """The records' bytes in their order, from one on; call `strays` first to know that the names are right."""
        return self.numbered(range(start, self.size))

    def numbered(self, numbers: Sequence[int]) -> Iterator[bytes]:
        """The bytes of some records."""
        return (raw for raw in self.load([self.keys[self._paths[seq]] for seq in numbers]) if raw is not None)

    def ids(self, size: int) -> list[str]:
        """What the first records' bytes are known by, where `keys` are ids of Git's objects."""
        return [self.keys[path] for path in self._paths[:size]]

    def strays(self) -> list[str]:
        """Names that are missing (the records are numbered without a gap), or that nobody should have put there."""
        right = {*self._paths, CHECKPOINT, FRONTIER} if self.keys else set()
        return sorted(right.symmetric_difference(self.keys))

    @cached_property
    def _paths(self) -> list[str]:
        return [record_path(seq) for seq in range(self.size)]

    def file(self, name: str) -> bytes | None:
        """One file's bytes, or None."""
        return next(iter(self.load([self.keys[name]]))) if name in self.keys else None


EMPTY = Snapshot({}, lambda _: iter(()))


def from_commit(git: Git, commit: str) -> Snapshot:
    """The ledger at a commit of its branch."""
    listed = git.run("ls-tree", "--full-tree", "-r", "-z", commit).decode().split("\0")
    keys = {path: meta.rpartition(" ")[2] for meta, _, path in (line.partition("\t") for line in listed if line)}
    odd = [line for line in listed if line and not line.startswith("100644 blob ")]
    if odd:
        raise Failure(f"the ledger holds a link or a program: {odd[0].partition(chr(9))[2]}", exit_code=Exit.FINDINGS)
    return Snapshot(keys, git.read_objects)


def from_folder(folder: Path) -> Snapshot:
    """The ledger in a folder."""
    files = {str(path.relative_to(folder).as_posix()): str(path) for path in folder.rglob("*") if path.is_file()}
    kept = {name: path for name, path in files.items() if name.startswith("log/") or name in (CHECKPOINT, FRONTIER)}
    return Snapshot(kept, lambda paths: ((folder / path).read_bytes() for path in paths))


def remote_commit(git: Git) -> str | None:
    """The commit that the remote's ledger branch is at, brought here; None: the remote has no ledger yet.

    Raises:
        Failure: the remote doesn't answer (69); its ledger is gone or was rewritten since this clone saw it (1).
    """
    seen = git.resolve(SEEN_REF)
    if seen and git.remote_refs(REMOTE_REF).get(REMOTE_REF) == seen:
        return seen  # asking costs the same however many references there are; fetching looks through all of them
    try:
        git.fetch(f"{REMOTE_REF}:{SEEN_REF}")
    except GitError as error:
        if "non-fast-forward" in error.stderr:
            raise _rewritten(git, "was rewritten") from error
        if "couldn't find remote ref" not in error.stderr:
            raise
        if seen:
            raise _rewritten(git, "is gone") from error
        return None
    return git.commit_id(SEEN_REF)


def _rewritten(git: Git, what: str) -> Failure:
    return Failure(
        f"the ledger of `{git.remote}` {what}: it no longer holds the record that this clone has seen",
        exit_code=Exit.FINDINGS,
        remedy=f"compare `git log {SEEN_REF}` with the remote's {LEDGER_BRANCH} branch, and find out who changed it",
    )
