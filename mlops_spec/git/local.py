"""The objects and references of a local repository: reading them, and writing objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git.process import Process
from mlops_spec.git.values import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
AUTHOR = "mlops-spec <mlops-spec@localhost>"
_ROOT = PurePosixPath()


class Local(Process):
    """A repository without its remote."""

    def resolve(self, revision: str) -> str | None:
        """The id of the object that `revision` names, or None."""
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
        # twice: of a reference that it could not read for once, Git says the same as of one that is not there
        found = self.resolve(f"{revision}^{{commit}}") or self.resolve(f"{revision}^{{commit}}")
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

    def blob(self, content: bytes) -> str:
        """Writes a blob and returns its id."""
        return self.run("hash-object", "-w", "--stdin", "--no-filters", stdin=content).decode().strip()

    def write_tree(self, base: str | None, files: Mapping[str, bytes | None]) -> str:
        """Writes the tree of `base` (a commit or tree; None: empty) with `files` put in (None: removed).

        Only the folders on the way to them are read and written, however large the tree is.
        """
        listed = self.run("ls-tree", "--full-tree", "-z", base).decode().split("\0") if base else []
        entries = {line.partition("\t")[2]: line for line in listed if line}
        below: dict[str, dict[str, bytes | None]] = {}
        for path, content in files.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = content
            elif content is None:
                entries.pop(name, None)
            else:
                entries[name] = f"100644 blob {self.blob(content)}\t{name}"
        for name, inner in below.items():
            meta = entries.get(name, "").partition("\t")[0].split()
            written = self.write_tree(meta[2] if meta else None, inner)
            if written == EMPTY_TREE:
                entries.pop(name, None)
            else:
                entries[name] = f"040000 tree {written}\t{name}"
        return self.run("mktree", "-z", stdin="".join(f"{e}\0" for e in entries.values()).encode()).decode().strip()

    def write_commit(
        self, tree: str, *, parents: Sequence[str] = (), message: str, when: datetime, author: str = AUTHOR
    ) -> str:
        """Writes a commit and returns its id."""
        name, _, email = author.rstrip(">").rpartition(" <")
        date = f"{int(when.timestamp())} +0000"
        env = {
            f"GIT_{role}_{field}": value
            for role in ("AUTHOR", "COMMITTER")
            for field, value in (("NAME", name), ("EMAIL", email), ("DATE", date))
        }
        flags = [flag for parent in parents for flag in ("-p", parent)]
        return self.run("commit-tree", tree, *flags, stdin=message.encode(), env=env).decode().strip()

    def write_tag(self, name: str, target: str, *, message: str, when: datetime, author: str = AUTHOR) -> str:
        """Writes an annotated tag's object (no reference yet) and returns its id."""
        head = f"object {target}\ntype commit\ntag {name}\ntagger {author} {int(when.timestamp())} +0000\n\n"
        return self.run("mktag", stdin=(head + message).encode()).decode().strip()


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
        below = self.at(under)
        listed = self.git.run(
            "ls-tree", "--full-tree", "-r", "-z", self.commit, "--", *([f"{below}/"] if below != "." else [])
        )
        parts = (line.split("\t", 1) for line in listed.decode().split("\0") if line)
        start = len(self.at("")) + 1 if self.folder.parts else 0
        return tuple(Entry(meta.split()[0], meta.split()[2], path[start:]) for meta, path in parts)
