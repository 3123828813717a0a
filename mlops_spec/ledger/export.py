"""Exporting: one folder that an auditor can verify without the repository, the network or an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.chain import CHECKPOINT
from mlops_spec.ledger.checkpoint import parse
from mlops_spec.ledger.store import from_commit
from mlops_spec.ledger.witness import TAG_FOLDER, ledger_of, look, tags_of
from mlops_spec.system.files import make_folder, new_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.ledger.store import Snapshot

README = """\
The audit log of {log}: {size} records, one file each, chained by their hashes.

`tags/` has the version tags as Git objects (a file's Git id is the SHA-1 of `tag <length>`, a zero byte and its
content); the last lines of each are a checkpoint of the log, taken when the version was registered. `releases.pack`
has the files of each version's release commit and of the commit on main that it was made from, sources included.

    mlops-spec audit verify --from .

What that shows: no record was changed, left out, put in or moved before the last checkpoint in a tag; what came after
is chained only, unless you have a checkpoint of your own (`--checkpoint FILE`), as `audit verify --save` writes one.
And each version's gates, bounds, waivers, evaluation and lock are what its spec, its numbers and its sources make.
What it can't show from here: that the sources are on the repository's main, and that the approvals are still there
(`audit verify --online` in a clone does).
"""


def export(git: Git, folder: Path, beside: Callable[[str, Path], None] = lambda *_: None) -> int:
    """Writes the remote's ledger and tags to a new folder, whole or not at all; returns the number of records.

    `beside` gets the ledger's commit and the folder, and adds what is no part of the ledger.
    A folder that holds just that already stays as it is: an export whose answer got lost can be repeated.

    Raises:
        Failure: the folder holds something else (2), there is no ledger (78), or the remote doesn't answer (69).
    """
    there = look(git)
    commit = ledger_of(git, there)
    if commit is None:
        raise Failure("the remote has no ledger yet", exit_code=Exit.CONFIG)
    snapshot, tags = from_commit(git, commit), tags_of(git, there)
    with new_folder(folder) as staged:
        for name, content in zip(snapshot.keys, snapshot.load(list(snapshot.keys.values())), strict=True):
            _write(staged / name, content or b"")
        for tag in tags:
            _write(staged / TAG_FOLDER / tag.name, tag.content)
        beside(commit, staged)
        _write(staged / "README", README.format(log=_name(snapshot), size=snapshot.size).encode())
    return snapshot.size


def _name(snapshot: Snapshot) -> str:
    """The ledger's own name: the remote's address may hold a password."""
    note = parse((snapshot.file(CHECKPOINT) or b"").decode(errors="replace"))
    return note.origin if note else "a ledger without a name"


def _write(path: Path, content: bytes) -> None:
    make_folder(path.parent)
    path.write_bytes(content)
