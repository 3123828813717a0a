"""Starting git: the one place where it is, on one repository, with an environment that is ours."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git.environment import environment
from mlops_spec.git.values import GitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


_UNTRUSTED = re.compile(r"detected dubious ownership in repository at '([^']+)'")


# The words of gpg and ssh, which Git starts: why they failed is in these, and not in Git's own.
_OF_A_HELPER = re.compile(
    r"error: gpg|gpg: |gpgsm: |ssh: |ssh-keygen: |kex_|Load key |Host key "
    r"|No (?:private|such) (?:key|identity)|Couldn't |"
    r"(?:\S+: )?Permission denied|Received disconnect|Connection (?:closed|reset|timed out)|Too many authentication"
)
_WARNING = re.compile(r"\*\*|[Ww]arning: |hint: |To |From ")
_LOCAL_SECONDS = 900  # for a command that no network is asked for: a pack of gigabytes, but no pipe among the files


@dataclass(frozen=True)
class Process:
    """Git in one folder. `token` goes to `server` over HTTPS alone, by the environment, never by argv or a URL."""

    directory: Path
    remote: str = "origin"
    token: str | None = field(default=None, repr=False)
    server: str = "https://github.com"

    def _call(
        self,
        args: Sequence[str],
        *,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *args],
                cwd=self.directory,
                input=stdin,
                env=environment(self.token, self.server, env or {}),
                capture_output=True,
                timeout=_LOCAL_SECONDS if seconds is None else seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as slow:
            if seconds is None:
                raise self._endless(args[0]) from slow
            raise self._unavailable(f"no answer within {seconds} s") from slow
        except (FileNotFoundError, NotADirectoryError) as missing:
            what = "git is not installed" if self.directory.is_dir() else f"{self.directory} is not a folder"
            raise Failure(what, exit_code=Exit.CONFIG) from missing

    def run(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Runs a local git command and returns its output.

        Raises:
            GitError: it failed; the message holds git's own last line.
        """
        done = self._call(args, stdin=stdin, env=env)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            self._refuse_untrusted(said)
            raise self._failed(f"git {args[0]}: {_ended(said) or done.returncode}", said)
        return done.stdout

    def _endless(self, command: str) -> GitError:
        return GitError(
            f"{self.directory}: git {command}: no end within {_LOCAL_SECONDS} s",
            exit_code=Exit.UNAVAILABLE,
            remedy="see that no other process holds the repository, and that its disk answers",
        )

    def _failed(self, message: str, said: str) -> GitError:
        error = GitError(message, stderr=said)
        return GitError(f"{self.directory}: {message}", stderr=said) if error.exit_code == Exit.IO else error

    def _refuse_untrusted(self, said: str) -> None:
        """Raises Failure (78) where git reads nothing because the checkout belongs to somebody else."""
        if found := _UNTRUSTED.search(said):
            raise Failure(
                f"git does not read {found[1]}: it belongs to another user",
                exit_code=Exit.CONFIG,
                remedy=f"git config --global --add safe.directory {found[1]}",
            )

    def text(self, *args: str) -> str:
        """Like `run`, as text without the line break at the end."""
        return self.run(*args).decode().rstrip("\n")

    def read_objects(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """The contents of objects (`id`, or `revision:path`), in order, by one `cat-file --batch`; None: no such.

        They are read while git still writes, so that many need neither much memory nor to be waited for.
        """
        with tempfile.TemporaryFile() as asked:
            asked.write("".join(f"{name}\n" for name in names).encode())
            asked.seek(0)
            with subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self.directory,
                env=environment(self.token, self.server, {}),
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=1 << 20,
            ) as process:
                assert process.stdout is not None
                yield from _contents(process.stdout)
        if process.returncode:
            raise GitError("git cat-file: the repository can't be read", remedy="`git fsck` says what is wrong with it")

    def _unavailable(self, said: str) -> GitError:
        reason = _began(said) or "no reason given"
        return GitError(
            f"the remote `{self.remote}` is not available: {reason}",
            stderr=said,
            exit_code=Exit.UNAVAILABLE,
            remedy="check its address, the network and the token's permissions",
        )


def _ended(said: str) -> str:
    """Git's last line, after what its helpers gave as their own reasons."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return "; ".join(dict.fromkeys([*_of_helpers(lines), *lines[-1:]]))


def _began(said: str) -> str:
    """The first line that is no mere warning, and what helpers gave as their own reasons."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = [line for line in lines if not _WARNING.match(line)] or lines
    return "; ".join(dict.fromkeys([*first[:1], *_of_helpers(lines)]))


def _of_helpers(lines: list[str]) -> list[str]:
    return [line for line in lines if _OF_A_HELPER.match(line)][:3]


def _contents(output: IO[bytes]) -> Iterator[bytes | None]:
    """Each object that `cat-file --batch` writes: a line that ends with its size, its bytes, a line break."""
    while header := output.readline():
        if header.endswith((b" missing\n", b" ambiguous\n")):
            yield None
        else:
            size = int(header.rsplit(b" ", 1)[1])
            yield output.read(size + 1)[:size]
