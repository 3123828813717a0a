"""The objects and references of a local repository: reading them, and writing objects."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git.batch import AUTHOR, Batch
from mlops_spec.git.reading import Reading
from mlops_spec.git.trees import files_below
from mlops_spec.git.values import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

_ROOT = PurePosixPath()


class Local(Reading):
    """A repository without its remote."""

    def resolve(self, revision: str) -> str | None:
        """The id of the object that `revision` names, or None."""
        # twice: of a reference that it could not read for once, Git says the same as of one that is not there
        return self._resolved(revision) or self._resolved(revision)

    def _resolved(self, revision: str) -> str | None:
        done = self._call(["rev-parse", "--verify", "--quiet", "--end-of-options", revision])
        return self._looked("rev-parse", done).stdout.decode().strip() or None

    def ignores(self, path: str) -> bool:
        """Whether its work tree leaves the path out."""
        return self._whether("check-ignore", "--quiet", "--", path)

    def tracks(self, path: str) -> bool:
        """Whether its index has the file."""
        return self._whether("ls-files", "--error-unmatch", "--", path)

    def commit_id(self, revision: str = "HEAD") -> str:
        """The id of the commit that `revision` names.

        Raises:
            Failure: there is no such commit.
        """
        found = self.resolve(f"{revision}^{{commit}}")
        if found is None:
            raise Failure(
                f"no commit {revision!r} in {self.directory}",
                exit_code=Exit.CONFIG,
                remedy="commit something there, or fetch it; where it should be there already, see `git fsck`",
            )
        return found

    def object_ids(self, names: Sequence[str]) -> list[str | None]:
        """The ids of objects (`id`, or `revision:path`), in order, by one call; None for each that is not there."""
        asked = "".join(f"{self._in_a_line(name)}\n" for name in names)
        answer = self.run("cat-file", "--batch-check=%(objectname)", stdin=asked.encode())
        return [None if b" " in line else line.decode() for line in answer.splitlines()]

    def tree(self, revision: str = "HEAD") -> Tree:
        """The files of a commit."""
        return Tree(self, self.commit_id(revision))

    def here(self, revision: str = "HEAD") -> Tree:
        """The files of a commit below the folder in which the repository was opened."""
        return Tree(self, self.commit_id(revision), self.folder)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` holds `older` in its history (a commit holds itself)."""
        return self._whether("merge-base", "--is-ancestor", older, newer)

    def tags(self, pattern: str = "*") -> tuple[Tag, ...]:
        """The local tags whose names match a glob, by one `for-each-ref`."""
        listed = self.text(
            "for-each-ref", "--format=%(refname:strip=2) %(objectname) %(*objectname)", f"refs/tags/{pattern}"
        )
        rows = (line.split(" ") for line in listed.splitlines())
        return tuple(Tag(name, own, peeled or own) for name, own, peeled in rows)

    # Writing objects; nothing here touches the work tree, the index or a reference.

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """New objects, which are written when the block ends, and are not where it fails.

        Raises:
            GitError: one of them is not right, points to what is not here, or can't be written (74).
        """
        with self.kept_open() as git:
            new = Batch(git)
            yield new
            new.write()

    def write_tree(self, base: str | None, files: Mapping[str, bytes | None]) -> str:
        """Writes a tree and returns its id; see `Batch.tree`."""
        with self.batch() as new:
            return new.tree(base, files)

    def write_commit(
        self, tree: str, *, parents: Sequence[str] = (), message: str, when: datetime, author: str = AUTHOR
    ) -> str:
        """Writes a commit and returns its id; see `Batch.commit`."""
        with self.batch() as new:
            return new.commit(tree, parents=parents, message=message, when=when, author=author)

    def write_tag(self, name: str, target: str, *, message: str, when: datetime, author: str = AUTHOR) -> str:
        """Writes an annotated tag's object (no reference yet) and returns its id."""
        with self.batch() as new:
            return new.tag(name, target, message=message, when=when, author=author)


@dataclass(frozen=True)
class Entry:
    """One file of a tree."""

    mode: str
    object: str
    path: str


@dataclass(frozen=True)
class Tree:
    """The files of one commit, or of a folder in it, read without touching the work tree."""

    git: Local
    commit: str
    folder: PurePosixPath = _ROOT

    @property
    def root(self) -> Tree:
        """All files of the commit."""
        return Tree(self.git, self.commit)

    def at(self, path: str | PurePosixPath) -> str:
        """A path inside the folder as the commit names it."""
        return str(self.folder / path)

    def read(self, path: str | PurePosixPath) -> bytes | None:
        """The file's bytes, or None where there is no such file."""
        return next(self.read_all([path]))

    def read_all(self, paths: Iterable[str | PurePosixPath]) -> Iterator[bytes | None]:
        """The bytes of several files, by one call of git; None for each that is not there."""
        return self.git.read_objects([f"{self.commit}:{self.at(path)}" for path in paths])

    def entries(self, under: str | PurePosixPath = "") -> tuple[Entry, ...]:
        """All files below `under`, by their paths inside the folder."""
        found = files_below(self.git, self.commit, self.folder / under)
        start = f"{under}/" if PurePosixPath(under).parts else ""
        return tuple(Entry(node.mode, node.object, start + path.decode()) for path, node in found)

    def subject(self) -> str:
        """The commit's message in one line: its first paragraph."""
        head, _, message = self.git.read_object(self.commit).partition(b"\n\n")
        coding = next((line[9:].decode() for line in head.split(b"\n") if line.startswith(b"encoding ")), "utf-8")
        lines = (line.rstrip() for line in message.decode(coding, errors="replace").lstrip("\n").split("\n"))
        return " ".join(takewhile(bool, lines))
