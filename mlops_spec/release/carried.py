"""The release commits of an export, with all that the one verifier reads of them, as one Git pack."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit
from mlops_spec.git import Git, GitError
from mlops_spec.release.proof import bring, release_findings, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.ledger import Record

PACK = "releases.pack"
# The same bytes each time: an export whose answer got lost can be repeated.
_SAME = ("-c", "pack.threads=1", "-c", "pack.compression=6")
_WHOLE = ("--stdout", "--quiet", "--no-reuse-delta", "--no-reuse-object", "--window=0")


class _Carried(Git):
    """A repository that has no remote, and asks none."""

    def remote_refs(self, *patterns: str) -> dict[str, str]:  # noqa: ARG002 - the remote's own signature
        return {}


def write(git: Git, records: Sequence[Record], folder: Path) -> None:
    """Packs the files of each release commit, and of the commit on main that it stands on; not their history.

    Raises:
        Failure: the remote doesn't answer (69).
    """
    tags = [each.what.tag for each in records if each.event == "register" and each.what.tag and told(each)]
    bring(git, tags)
    there = [tag.target for tag in tags if git.resolve(f"{tag.target}^{{commit}}")]
    commits = [each for target in there for each in (target, git.resolve(f"{target}^")) if each]
    if not commits:
        return
    asked = "".join(f"{each}\n" for each in dict.fromkeys(commits)).encode()
    listed = git.run("rev-list", "--objects", "--no-walk=unsorted", "--stdin", stdin=asked)
    names = b"".join(line.split(b" ", 1)[0] + b"\n" for line in listed.splitlines())
    (folder / PACK).write_bytes(git.run(*_SAME, "pack-objects", *_WHOLE, stdin=names))


def findings(folder: Path, records: Sequence[Record], since: int = 0) -> Iterator[str]:
    """What is wrong with the release commits in an export; of an older one, which carries none, nothing."""
    if not (folder / PACK).is_file():
        return
    with tempfile.TemporaryDirectory() as temporary:
        git = _Carried(Path(temporary))
        git.run("init", "--quiet", "--bare", ".")
        pack = git.directory / "objects/pack/pack-releases.pack"
        shutil.copyfile(folder / PACK, pack)
        try:
            git.run("index-pack", str(pack))  # which names each object by its own content
        except GitError as error:
            if error.exit_code == Exit.IO:
                raise
            yield f"{PACK} is no pack of Git's, or was cut: {error.message}"
            return
        yield from release_findings(git, records, since)
