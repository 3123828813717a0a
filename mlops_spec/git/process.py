"""Starts git: only here, on one repository, with an environment that is ours."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git.blocked import FIRST_LOOK, pipe_in_the_way
from mlops_spec.git.environment import environment
from mlops_spec.git.values import SEE, GitError
from mlops_spec.regex import regex
from mlops_spec.system.deadline import ended_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


_UNTRUSTED = regex(r"detected dubious ownership in repository at '([^']+)'")
_NONE_FOUND = "not a git repository (or any"  # which Git says too where it could not read the one that is there

# The words of gpg and ssh, which Git starts: why they failed is in these, and not in Git's own.
_OF_A_HELPER = regex(
    r"error: gpg|gpg: |gpgsm: |ssh: |ssh-keygen: |kex_|Load key |Host key "
    r"|No (?:private|such) (?:key|identity)|Couldn't |"
    r"(?:\S+: )?Permission denied|Received disconnect|Connection (?:closed|reset|timed out)|Too many authentication"
)
_WARNING = regex(r"\*\*|[Ww]arning: |hint: |To |From ")
LOCAL_SECONDS = 900  # for a command that no network is asked for: a pack of gigabytes, but no pipe among the files


_ROOT = PurePosixPath()


@dataclass(frozen=True)
class Process:
    """Git in one folder. `token` goes to `server` over HTTPS alone, by the environment, never by argv or a URL.

    `name` is what that server calls the repository (see Access); empty where nobody told.
    """

    directory: Path
    remote: str = "origin"
    token: str | None = field(default=None, repr=False)
    server: str = "https://github.com"
    folder: PurePosixPath = _ROOT  # of the repository, in which it was opened
    name: str = ""

    def _call(
        self,
        args: Sequence[str],
        *,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs git, whatever comes of it; raises Failure where it is not there, does not end, or can't read at all."""
        try:
            done = self._ended(args, stdin, env or {}, LOCAL_SECONDS if seconds is None else seconds)
        except subprocess.TimeoutExpired as slow:
            if seconds is None:
                raise self._endless(args[0]) from slow
            raise self._unavailable(f"no answer within {seconds} s") from slow
        except (FileNotFoundError, NotADirectoryError) as missing:
            what = "git is not installed" if self.directory.is_dir() else f"{self.directory} is not a folder"
            raise Failure(what, exit_code=Exit.CONFIG) from missing
        if done.returncode > 1:
            self._refuse_unread(done.stderr.decode(errors="replace"))
        return done

    def _ended(
        self, args: Sequence[str], stdin: bytes, env: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[bytes]:
        """What it wrote until it ended; raises Failure where it waits at a pipe that lies in a file's place."""
        command, pipe = ["git", *args], subprocess.PIPE
        own = environment(self.token, self.server, env)
        found: list[Failure] = []

        def look() -> None:
            if in_the_way := pipe_in_the_way(self.directory):
                from mlops_spec.system.process_tree import end  # noqa: PLC0415 - psutil is seldom needed

                found.append(in_the_way)
                end(process.pid, kindness=0.5)  # with what it started, which holds its output open

        with subprocess.Popen(command, cwd=self.directory, env=own, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            try:
                with ended_after(FIRST_LOOK, look):
                    out, err = process.communicate(stdin, seconds)
            except BaseException:
                process.kill()
                raise
        if found:
            raise found[0]
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def _whether(self, *args: str) -> bool:
        """What a command answers by its exit code; raises GitError (74) where it could not look."""
        return self._looked(args[0], self._call(args)).returncode == 0

    def _looked(self, command: str, done: subprocess.CompletedProcess[bytes]) -> subprocess.CompletedProcess[bytes]:
        """Raises GitError (74) where it failed by the machine, so that nobody takes that for a no."""
        if done.returncode and (refused := self._refused(command, done)).exit_code == Exit.IO:
            raise refused
        return done

    def run(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Runs a local git command and returns its output.

        Raises:
            GitError: it failed; the message holds git's own last line.
        """
        done = self._call(args, stdin=stdin, env=env)
        if done.returncode:
            raise self._refused(args[0], done)
        return done.stdout

    def _refused(self, command: str, done: subprocess.CompletedProcess[bytes]) -> GitError:
        said = done.stderr.decode(errors="replace").strip()
        return self._failed(f"git {command}: {last_reason(said) or done.returncode}", said)

    def _endless(self, command: str) -> GitError:
        return GitError(
            f"{self.directory}: git {command}: no end within {LOCAL_SECONDS} s",
            exit_code=Exit.UNAVAILABLE,
            remedy="see that no other process holds the repository, and that its disk answers",
        )

    def _failed(self, message: str, said: str) -> GitError:
        error = GitError(message, stderr=said)
        return GitError(f"{self.directory}: {message}", stderr=said) if error.exit_code == Exit.IO else error

    def _refuse_unread(self, said: str) -> None:
        """Raises Failure where git reads nothing: the checkout is somebody else's (78), or its disk fails (74)."""
        if found := _UNTRUSTED.search(said):
            raise Failure(
                f"git does not read {found[1]}: it belongs to another user",
                exit_code=Exit.CONFIG,
                remedy=f"git config --global --add safe.directory {found[1]}",
            )
        if _NONE_FOUND in said and (there := self._dot_git()):
            raise GitError(f"{there} is there, but git can't read it", stderr=said, exit_code=Exit.IO, remedy=SEE)

    def _dot_git(self) -> Path | None:
        here = self.directory.absolute()
        return next((each / ".git" for each in (here, *here.parents) if (each / ".git").is_dir()), None)

    def text(self, *args: str) -> str:
        """Like `run`, as text without the line break at the end."""
        return self.run(*args).decode().rstrip("\n")

    def _unavailable(self, said: str) -> GitError:
        reason = _first_reason(said) or "no reason given"
        message = f"the remote `{self.remote}` is not available: {reason}"
        of_machine = self._failed(message, said)
        return (
            of_machine
            if of_machine.exit_code == Exit.IO
            else GitError(
                message,
                stderr=said,
                exit_code=Exit.UNAVAILABLE,
                remedy="check its address, the network and the token's permissions",
            )
        )


def last_reason(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return "; ".join(dict.fromkeys([*_of_helpers(lines), *lines[-1:]]))


def _first_reason(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = [line for line in lines if not _WARNING.match(line)] or lines
    return "; ".join(dict.fromkeys([*first[:1], *_of_helpers(lines)]))


def _of_helpers(lines: list[str]) -> list[str]:
    return [line for line in lines if _OF_A_HELPER.match(line)][:3]
