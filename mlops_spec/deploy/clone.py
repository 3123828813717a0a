"""The agent's own copy of the repository: its default branch, the tags and the ledger as this host saw them last."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.git import Git, GitError
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.ledger import State, read, replay
from mlops_spec.ledger.store import remote_commit

if TYPE_CHECKING:
    from mlops_spec.git import Access, Tree
    from mlops_spec.ledger import Record

_HEAD = "refs/remotes/origin/HEAD"  # points to the default branch, as it was called last


@dataclass
class Clone:
    """A bare clone in the agent's folder, for as many threads as like: who asks while another does takes its answer."""

    git: Git
    _read: tuple[str | None, tuple[Record, ...], State] = field(default_factory=lambda: (None, (), State()))
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _fetched: float = -1.0  # when the newest fetch began, and the newest look at the ledger
    _looked: float = -1.0

    @classmethod
    def open(cls, folder: Path, repository: str, access: Access) -> Clone:
        """The clone in `folder`, made where there is none; it always follows `repository`, a URL or a path."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        local = Path(repository).expanduser()
        address = str(local.resolve()) if local.exists() else repository
        git = Git.at(folder, access)
        git.run("init", "--bare", "--quiet", f"--initial-branch={MAIN_BRANCH}")
        git.run("config", "remote.origin.url", address)
        return cls(git)

    def fetch(self) -> None:
        """Brings main and the tags here, as the remote has them now; what was recorded of a tag tells whether it moved.

        Raises:
            Failure: the remote doesn't answer (69).
        """
        asked = time.monotonic()
        with self._lock:
            if self._fetched >= asked:
                return
            began = time.monotonic()
            try:
                self.git.fetch(f"+refs/heads/{self.git.main}:{self.git.main_ref}", "+refs/tags/*:refs/tags/*")
            except GitError:
                self.git = replace(self.git)  # it may have been renamed: the next pass asks again
                raise
            self.git.run("symbolic-ref", _HEAD, self.git.main_ref)
            self._fetched = began

    def ledger(self) -> tuple[tuple[Record, ...], State]:
        """The remote's ledger, checked, and what it adds up to; an unchanged one is not checked again.

        Raises:
            Failure: the remote doesn't answer (69), or the ledger is gone, rewritten or broken (1).
        """
        asked = time.monotonic()
        with self._lock:
            if self._looked < asked:
                began = time.monotonic()
                self._look()
                self._looked = began
            return self._read[1:]

    @property
    def ledger_commit(self) -> str | None:
        """The commit that the ledger was read at last."""
        return self._read[0]

    def _look(self) -> None:
        commit = remote_commit(self.git)
        if commit is None:
            self._read = None, (), State()
        elif commit != self._read[0]:
            records = read(self.git, at=commit)
            self._read = commit, records, replay(records)

    @property
    def branch(self) -> str:
        """What the default branch was called when it was fetched last."""
        return self.git.text("symbolic-ref", "--short", _HEAD).partition("/")[2]

    @property
    def main(self) -> Tree | None:
        """The files of main, as fetched last; None before the first time."""
        return self.git.here(_HEAD) if self.git.resolve(_HEAD) is not None else None
