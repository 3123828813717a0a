"""The bare repository behind the forge: branches and merges of pull requests, without a work tree."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, GitError
from mlops_spec.layout import MAIN_BRANCH

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.rehearse.hub.people import Person


class Conflict(Exception):
    """The two sides can't be merged, or one of them moved."""


@dataclass(frozen=True)
class Origin:
    """The repository at `path`."""

    path: Path

    @classmethod
    def create(cls, path: Path, branch: str = MAIN_BRANCH) -> Origin:
        """A new, empty repository whose default branch has this name."""
        path.mkdir(parents=True)
        Git(path).run("init", "--quiet", "--bare", f"--initial-branch={branch}", ".")
        return cls(path)

    @property
    def git(self) -> Git:
        return Git(self.path)

    def branch(self, name: str) -> str | None:
        """The commit that a branch is at."""
        return self.git.resolve(f"refs/heads/{name}")

    def has(self, commit: str) -> bool:
        return self.git.resolve(f"{commit}^{{commit}}") is not None

    def commits(self, base: str, head: str) -> list[str]:
        """The commits that `head` has and `base` lacks, oldest first."""
        return self.git.text("rev-list", "--reverse", f"{base}..{head}").split()

    def contains(self, branch: str, commit: str) -> bool:
        return self.git.is_ancestor(commit, f"refs/heads/{branch}")

    def changed(self, base: str, head: str) -> list[str]:
        """The paths that differ between two commits."""
        listed = self.git.run("diff", "--name-only", "-z", base, head).decode()
        return [path for path in listed.split("\0") if path]

    def numbers(self, base: str, head: str) -> tuple[int, int, int]:
        """Added lines, deleted lines and changed files since the two parted."""
        rows = [row.split("\t") for row in self.git.text("diff", "--numstat", f"{base}...{head}").splitlines()]
        added, deleted = (sum(int(row[column]) for row in rows if row[column] != "-") for column in (0, 1))
        return added, deleted, len(rows)

    def describe(self, commit: str) -> dict[str, str]:
        """Author, committer, message and tree of a commit."""
        names = ("author", "author_email", "author_date", "name", "email", "date", "tree", "parents", "message")
        form = "%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%T%x00%P%x00%B"
        return dict(
            zip(names, self.git.text("show", "--no-patch", f"--format={form}", commit).split("\0"), strict=True)
        )

    def merge_commit(self, base: str, head: str, *, message: str, by: Person, squash: bool = False) -> str:
        """Writes the commit that brings `head` into `base`; no reference moves. Raises `Conflict`."""
        tree = self._merged_tree(base, head)
        author = f"{by.login} <{by.id}+{by.login}@users.noreply.github.com>"
        parents = (base,) if squash else (base, head)
        return self.git.write_commit(tree, parents=parents, message=message, when=datetime.now(UTC), author=author)

    def _merged_tree(self, base: str, head: str) -> str:
        if self.git.is_ancestor(base, head):
            return self.git.text("rev-parse", f"{head}^{{tree}}")
        try:
            return self.git.text("merge-tree", "--write-tree", base, head).splitlines()[0]
        except GitError as error:
            if "usage:" in error.stderr:
                remedy = "install git 2.38 or newer"
                raise Failure(
                    "this git can't merge without a work tree", exit_code=Exit.CONFIG, remedy=remedy
                ) from None
            raise Conflict("merge conflict") from None

    def move(self, ref: str, new: str, old: str | None = None) -> None:
        """Sets a reference, from exactly `old` when given. Raises `Conflict` when it had moved."""
        try:
            self.git.run("update-ref", ref, new, *([old] if old else []))
        except GitError:
            raise Conflict(f"{ref} moved") from None

    def follow(self, other: Origin, branch: str, ref: str) -> str | None:
        """Brings another repository's branch here under a reference; gives its commit, None when it is gone."""
        commit = other.branch(branch)
        if commit is not None and commit != self.git.resolve(ref):
            self.git.run("fetch", "--quiet", "--no-tags", str(other.path), f"+refs/heads/{branch}:{ref}")
        return commit

    def delete(self, ref: str) -> None:
        with contextlib.suppress(GitError):
            self.git.run("update-ref", "-d", ref)
