"""One repository, and what we ask of it: reading, writing objects, and moving references of the remote."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git.environment import environment
from mlops_spec.git.values import GitError, Stale, Tag, Tree, Update

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

NETWORK_SECONDS = 300
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
AUTHOR = "mlops-spec <mlops-spec@localhost>"

_LOCKED = ("cannot lock ref", "unable to update local ref")
_LOCK_TRIES = 20
_MOVED = ("stale info", "fetch first", "non-fast-forward", "already exists", "cannot lock ref", "failed to update ref")


@dataclass(frozen=True)
class Git:
    """One repository. `token` goes to `server` over HTTPS alone, by the environment, never by argv or a URL."""

    directory: Path
    remote: str = "origin"
    token: str | None = field(default=None, repr=False)
    server: str = "https://github.com"

    @classmethod
    def open(cls, directory: Path, *, remote: str = "origin") -> Git:
        """The repository that holds `directory`, with the job's token where there is one.

        Raises:
            Failure: there is no git, or no repository (exit 78).
        """
        token = os.environ.get("MLOPS_SPEC_PUSH_TOKEN") or os.environ.get("GITHUB_TOKEN")
        server = os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
        git = cls(directory, remote, token or None, server)
        if git._call(["rev-parse", "--git-dir"]).returncode:
            raise Failure(
                f"{directory} is not in a git repository",
                exit_code=Exit.CONFIG,
                remedy="run it inside the model's repository, or name it with -C",
            )
        return git

    # The one place where git is started.

    def _call(
        self,
        args: Sequence[str],
        *,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        seconds: int | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *args],
                cwd=self.directory,
                input=stdin,
                env=environment(self.token, self.server, env or {}),
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as slow:
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
            raise GitError(f"git {args[0]}: {said.splitlines()[-1] if said else done.returncode}", stderr=said)
        return done.stdout

    def text(self, *args: str) -> str:
        """Like `run`, as text without the line break at the end."""
        return self.run(*args).decode().rstrip("\n")

    # Reading.

    def resolve(self, revision: str) -> str | None:
        """The id of the object that `revision` names, or None."""
        done = self._call(["rev-parse", "--verify", "--quiet", "--end-of-options", revision])
        return done.stdout.decode().strip() or None

    def commit_id(self, revision: str = "HEAD") -> str:
        """The id of the commit that `revision` names.

        Raises:
            Failure: there is no such commit.
        """
        found = self.resolve(f"{revision}^{{commit}}")
        if found is None:
            raise Failure(f"no commit {revision!r} in {self.directory}", exit_code=Exit.CONFIG)
        return found

    def tree(self, revision: str = "HEAD") -> Tree:
        """The files of a commit."""
        return Tree(self, self.commit_id(revision))

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` holds `older` in its history (a commit holds itself)."""
        return self._call(["merge-base", "--is-ancestor", older, newer]).returncode == 0

    def tags(self, pattern: str = "*") -> tuple[Tag, ...]:
        """The local tags whose names match a glob, by one `for-each-ref`."""
        listed = self.text(
            "for-each-ref", "--format=%(refname:strip=2) %(objectname) %(*objectname)", f"refs/tags/{pattern}"
        )
        rows = (line.split(" ") for line in listed.splitlines())
        return tuple(Tag(name, own, peeled or own) for name, own, peeled in rows)

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
            raise GitError("git cat-file: the repository can't be read")

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

    # The remote.

    def remote_url(self) -> str:
        """The remote's address.

        Raises:
            Failure: the repository has no such remote (exit 78).
        """
        done = self._call(["remote", "get-url", self.remote])
        if done.returncode:
            raise Failure(
                f"{self.directory} has no remote `{self.remote}`",
                exit_code=Exit.CONFIG,
                remedy=f"git remote add {self.remote} URL",
            )
        return done.stdout.decode().strip()

    def remote_refs(self, *patterns: str) -> dict[str, str]:
        """The remote's references that match, name → object id; a tag's commit stands under `NAME^{}`.

        Raises:
            GitError: the remote doesn't answer (exit 69).
        """
        listed = self._network(["ls-remote", "--", self.remote, *patterns])
        return {ref: found for found, ref in (line.split("\t") for line in listed.decode().splitlines())}

    def fetch(self, *refspecs: str) -> None:
        """Brings references from the remote.

        Raises:
            GitError: the remote doesn't answer (exit 69), or has no such reference.
        """
        for attempt in range(_LOCK_TRIES):
            try:
                self._network(["fetch", "--no-tags", "--no-write-fetch-head", self.remote, *refspecs])
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
            raise self._unavailable(said)
        if any(reason in said for reason in _MOVED):
            raise self._lost(updates, said)
        names = _names(updates)
        reason = next((line for line in said.splitlines() if "remote rejected" in line), rejected[0])
        raise GitError(f"{self.remote} refuses {names}: {reason}", stderr=said)

    def _lost(self, updates: Sequence[Update], said: str) -> Stale:
        message = f"{_names(updates)}: somebody else was first"
        return Stale(message, stderr=said, exit_code=Exit.STALE, remedy="run it again: it reads anew")

    def _network(self, args: Sequence[str]) -> bytes:
        done = self._call(args, seconds=NETWORK_SECONDS)
        if done.returncode:
            self.remote_url()  # no remote at all is another failure
            raise self._unavailable(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def _unavailable(self, said: str) -> GitError:
        reason = said.splitlines()[0] if said else "no reason given"
        return GitError(
            f"the remote `{self.remote}` is not available: {reason}",
            stderr=said,
            exit_code=Exit.UNAVAILABLE,
            remedy="check its address, the network and the token's permissions",
        )


def _names(updates: Iterable[Update]) -> str:
    return ", ".join(each.ref.removeprefix("refs/") for each in updates)


def _contents(output: IO[bytes]) -> Iterator[bytes | None]:
    """Each object that `cat-file --batch` writes: a line that ends with its size, its bytes, a line break."""
    while header := output.readline():
        if header.endswith((b" missing\n", b" ambiguous\n")):
            yield None
        else:
            size = int(header.rsplit(b" ", 1)[1])
            yield output.read(size + 1)[:size]
