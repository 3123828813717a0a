"""The user's checkout as it is right now; it is only read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.regex import regex
from mlops_spec.repository.listing import default_branch

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

_OWNER = regex(r"[:/]([A-Za-z0-9][A-Za-z0-9-]*)/[^/:]+?(?:\.git)?/?$")


@dataclass(frozen=True)
class Checkout:
    """A work tree; `edits` are its files that no commit has, none of them where they are to be left out."""

    root: Path
    edits: tuple[PurePosixPath, ...]

    @classmethod
    def of(cls, directory: Path, *, committed: bool) -> Checkout:
        """The repository around a folder.

        Raises:
            Failure: there is no repository, or no commit in it (exit 78).
        """
        git = Git.open(directory)
        root = Path(git.text("rev-parse", "--show-toplevel"))
        git.commit_id()
        return cls(root, () if committed else _uncommitted(Git(root)))

    @property
    def git(self) -> Git:
        return Git(self.root)

    @cached_property
    def spec(self) -> Spec:
        """What its work tree says. Raises Failure where that is no valid spec (exit 2)."""
        return load_spec(self.root / model_folder.SPEC)

    @cached_property
    def branch(self) -> str:
        """The branch that is checked out; empty where none is."""
        return self.git.text("branch", "--show-current")

    @cached_property
    def default(self) -> str:
        """What its origin calls the default branch."""
        return default_branch(self.root)

    @cached_property
    def head(self) -> str:
        return self.git.commit_id()

    @cached_property
    def base(self) -> str:
        """The commit that a pull request would go onto: the default branch as origin has it, else as it is here."""
        for ref in (f"refs/remotes/origin/{self.default}", f"refs/heads/{self.default}"):
            if found := self.git.resolve(f"{ref}^{{commit}}"):
                return found
        return self.head

    @property
    def proposes(self) -> bool:
        """Whether there is anything that the default branch has not."""
        return bool(self.edits) or not self.git.is_ancestor(self.head, self.base)

    @property
    def repository(self) -> str:
        """`owner/model`: the owner as origin's address has it; a rehearsal calls the repository as its model."""
        done = self.git.text("remote").split()
        found = _OWNER.search(self.git.remote_url()) if "origin" in done else None
        return f"{found[1] if found else 'acme'}/{self.spec.model}"

    def refuse_unborn(self) -> None:
        """Raises Failure where there is no spec to rehearse (exit 2)."""
        if not (self.root / model_folder.SPEC).is_file():
            raise Failure(
                f"{self.root} has no {model_folder.SPEC}",
                exit_code=Exit.USAGE,
                remedy="`mlops-spec new` makes a repository, `mlops-spec adopt` a first spec",
            )


def _uncommitted(git: Git) -> tuple[PurePosixPath, ...]:
    changed = git.text("diff", "--name-only", "--no-renames", "--ignore-submodules=all", "-z", "HEAD")
    new = git.text("ls-files", "--others", "--exclude-standard", "-z")
    names = {name for listed in (changed, new) for name in listed.split("\0") if name}
    return tuple(sorted(PurePosixPath(name) for name in names if not name.endswith("/")))
