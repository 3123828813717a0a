"""One repository and its remote: reads from the remote, and atomic pushes of several references."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git.access import Access
from mlops_spec.git.local import Local
from mlops_spec.git.values import GitError, Stale, Update
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from mlops_spec.git.local import Tree

NETWORK_SECONDS = 300
ANONYMOUS = Access()
_LOCKED = ("cannot lock ref", "unable to update local ref")
_LOCK_TRIES = 20
# Git over HTTPS and SSH where whoever pushes is not known, or may not write.
_FORBIDDEN = (
    "returned error: 401",
    "returned error: 403",
    "Authentication failed",
    "Permission denied",
    "denied to ",
    "could not read Username",
)
# GitHub, of a commit whose workflow files are on no branch's tip: another merge has changed one meanwhile.
_WORKFLOWS = regex(r"refusing to allow .* to create or update workflow `[^`]*`[^)\n]*")
_SYMBOLIC = "ref: refs/heads/"  # how a remote tells where its HEAD points to
_KINDS = {"refs/heads": "--heads", "refs/tags": "--tags"}
_MOVED = ("stale info", "fetch first", "non-fast-forward", "already exists", "cannot lock ref", "failed to update ref")

_NEEDS_WORKFLOWS = """\
nothing was pushed. Another change of .github/workflows was merged meanwhile, which this token may not take back.
  Either run it again with a token of a GitHub App that has `workflows: write`: the variable MLOPS_APP_CLIENT_ID and the
  secret MLOPS_APP_KEY of the environment promotion-bot give the workflow one.
  Or leave it to the run of the newest commit, which makes a version of what was merged here as well."""


class Git(Local):
    """One repository, and its remote."""

    @classmethod
    def at(cls, directory: Path, access: Access) -> Git:
        """What is in a folder, whether it is a repository yet or not."""
        return cls(directory, token=access.token, server=access.server, name=access.name)

    @classmethod
    def open(cls, directory: Path, access: Access = ANONYMOUS) -> Git:
        """The repository that holds `directory`, whose remote is reached with this access.

        Raises:
            Failure: there is no git, or no repository (exit 78).
        """
        git = cls.at(directory, access)
        asked = git._looked("rev-parse", git._call(["rev-parse", "--git-dir", "--show-prefix"]))
        if asked.returncode:
            raise Failure(
                f"{directory} is not in a git repository",
                exit_code=Exit.CONFIG,
                remedy="run it inside the model's repository, or name it with -C",
            )
        prefix = asked.stdout.decode(errors="replace").partition("\n")[2]
        return replace(git, folder=PurePosixPath(prefix.strip("\n/")))

    def within(self, folder: PurePosixPath) -> Git:
        """The same repository, as opened in a folder that is named from the repository's root."""
        here = self.directory.absolute()
        root = here.parents[len(self.folder.parts) - 1] if self.folder.parts else here
        return replace(self, directory=root / folder, folder=folder)

    def remote_url(self) -> str:
        """The remote's address.

        Raises:
            Failure: the repository has no such remote (exit 78).
        """
        done = self._looked("remote", self._call(["remote", "get-url", self.remote]))
        if done.returncode:
            raise Failure(
                f"{self.directory} has no remote `{self.remote}`",
                exit_code=Exit.CONFIG,
                remedy=f"git remote add {self.remote} URL",
            )
        return done.stdout.decode().strip()

    @cached_property
    def main(self) -> str:
        """The name of the default branch, as the remote tells it now; `main` where it tells none.

        Raises:
            Failure: the remote doesn't answer (exit 69), or there is none (78).
        """
        told = self._network(["ls-remote", "--symref", "--", self.remote, "HEAD"]).decode()
        head = next((line for line in told.splitlines() if line.startswith(_SYMBOLIC)), "")
        return head.removeprefix(_SYMBOLIC).partition("\t")[0] or MAIN_BRANCH

    @property
    def main_ref(self) -> str:
        """Where the default branch stands here, as it was fetched last."""
        return f"refs/remotes/{self.remote}/{self.main}"

    def fetch_main(self) -> Tree:
        """The files of the default branch as the remote has it now.

        Raises:
            GitError: the remote doesn't answer (exit 69), or has no such branch.
        """
        self.fetch(f"+refs/heads/{self.main}:{self.main_ref}")
        return self.here(self.main_ref)

    def remote_refs(self, *patterns: str) -> dict[str, str]:
        """The remote's references that match, name → object id; a tag's commit stands under `NAME^{}`.

        All of them are of one moment.

        Raises:
            GitError: the remote doesn't answer (exit 69).
        """
        listed = self._network(["ls-remote", *_kinds(patterns), "--", self.remote, *patterns])
        return {ref: found for found, ref in (line.split("\t") for line in listed.decode().splitlines())}

    def fetch(self, *refspecs: str) -> None:
        """Brings references from the remote, or objects that references there point to, by their ids.

        Raises:
            GitError: the remote doesn't answer (exit 69), or has no such reference.
        """
        for attempt in range(_LOCK_TRIES):
            try:
                self._network(
                    ["fetch", "--no-tags", "--no-write-fetch-head", "--stdin", self.remote],
                    stdin="".join(f"{spec}\n" for spec in refspecs).encode(),
                )
            except GitError as error:
                if attempt == _LOCK_TRIES - 1 or not any(said in error.stderr for said in _LOCKED):
                    raise
                time.sleep(0.02 * (attempt + 1))  # another process of this clone is moving the same reference
            else:
                return

    def push(self, *updates: Update) -> None:
        """Moves all these references, each from exactly its old value, or none.

        Raises:
            Stale: one of them had another value (exit 75).
            GitError: the remote refuses (exit 78) or doesn't answer (exit 69).
        """
        leases = [f"--force-with-lease={each.ref}:{each.old or ''}" for each in updates]
        specs = [f"{each.new or ''}:{each.ref}" for each in updates]
        done = self._call(["push", "--atomic", "--porcelain", *leases, self.remote, *specs], seconds=NETWORK_SECONDS)
        if done.returncode == 0:
            lines = done.stdout.decode(errors="replace").splitlines()
            if updates and sum(line.startswith("=") for line in lines) == len(updates):
                raise self._lost(updates, "nothing was left to move")  # the lease of an equal reference isn't checked
            return
        said = f"{done.stdout.decode(errors='replace')}\n{done.stderr.decode(errors='replace')}".strip()
        rejected = [line for line in done.stdout.decode(errors="replace").splitlines() if line.startswith("!")]
        if not rejected:
            self.remote_url()
            if any(reason in said for reason in _FORBIDDEN):
                raise self._forbidden(updates, said)
            raise self._unavailable(said)
        if any(reason in said for reason in _MOVED):
            raise self._lost(updates, said)
        names = _names(updates)
        if refused := _WORKFLOWS.search(said):
            raise GitError(f"{self.remote} refuses {names}: {refused[0]}", stderr=said, remedy=_NEEDS_WORKFLOWS)
        reason = next((line for line in said.splitlines() if "remote rejected" in line), rejected[0])
        raise GitError(f"{self.remote} refuses {names}: {reason}", stderr=said)

    def _forbidden(self, updates: Sequence[Update], said: str) -> GitError:
        reason = next(line for line in said.splitlines() if any(sign in line for sign in _FORBIDDEN))
        remedy = "give the token (or the job's `permissions`) `contents: write`, the key write access"
        return GitError(f"{self.remote} refuses {_names(updates)}: {reason}", stderr=said, remedy=remedy)

    def _lost(self, updates: Sequence[Update], said: str) -> Stale:
        message = f"{_names(updates)}: somebody else was first"
        return Stale(message, stderr=said, exit_code=Exit.STALE, remedy="run it again: it reads anew")

    def _network(self, args: Sequence[str], *, stdin: bytes = b"") -> bytes:
        done = self._call(args, stdin=stdin, seconds=NETWORK_SECONDS)
        if done.returncode:
            self.remote_url()  # no remote at all is another failure
            raise self._unavailable(done.stderr.decode(errors="replace").strip())
        return done.stdout


def _kinds(patterns: Sequence[str]) -> list[str]:
    """Flags by which the remote tells no more than these patterns need: a ledger alone must not list every tag."""
    flags = {_KINDS.get("/".join(pattern.split("/")[:2]), "") for pattern in patterns}
    return sorted(flags) if all(flags) else []


def _names(updates: Iterable[Update]) -> str:
    return ", ".join(each.ref.removeprefix("refs/") for each in updates)
