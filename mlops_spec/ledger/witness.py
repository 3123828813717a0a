"""What can be said about the ledger from outside of it: tags, main's commits, what this clone saw, files given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.ledger.chain import CHECKPOINT
from mlops_spec.ledger.checkpoint import parse
from mlops_spec.ledger.store import EMPTY, SEEN_REF, from_commit, from_folder, remote_commit
from mlops_spec.ledger.verify import Report, TagFound, Witness, verify

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mlops_spec.git import Git

_TAGS = "refs/mlops-spec/tags"
TAG_FOLDER = "tags"  # in an export: each tag object's content


def verify_remote(git: Git, files: Iterable[Path] = (), *, expected_log: str | None = None) -> Report:
    """Verifies the remote's ledger against its tags, its main, what this clone saw before, and checkpoint files.

    Raises:
        Failure: the remote doesn't answer (69); the ledger is gone or was rewritten since this clone saw it (1).
    """
    before = _seen(git)
    commit = remote_commit(git)
    main = f"refs/remotes/{git.remote}/{MAIN_BRANCH}"
    git.fetch(f"+refs/heads/{MAIN_BRANCH}:{main}")
    return verify(
        from_commit(git, commit) if commit else EMPTY,
        witnesses=[*before, *map(_given, files)],
        tags=remote_tags(git),
        commits=frozenset(git.text("rev-list", main).split()),
        expected_log=expected_log,
    )


def verify_folder(folder: Path, files: Iterable[Path] = (), *, expected_log: str | None = None) -> Report:
    """Verifies an export, offline."""
    if not (folder / "log").is_dir():
        raise Failure(f"{folder}: no exported ledger", remedy="`mlops-spec audit export DIR` writes one")
    tags = [TagFound.read(path.name, path.read_bytes()) for path in sorted((folder / TAG_FOLDER).glob("*@v*"))]
    return verify(from_folder(folder), witnesses=map(_given, files), tags=tags, expected_log=expected_log)


def remote_tags(git: Git) -> list[TagFound]:
    """The remote's version tags, with their objects' contents; the local tags are neither read nor changed."""
    git.fetch("--prune", f"+refs/tags/*:{_TAGS}/*")
    listed = git.text("for-each-ref", "--format=%(refname) %(objectname) %(objecttype)", f"{_TAGS}/*@v*").splitlines()
    rows = [line.split(" ") for line in listed]
    contents = git.read_objects([found for _, found, _ in rows])
    return [
        TagFound(ref.removeprefix(f"{_TAGS}/"), found, (content or b"") if kind == "tag" else b"")
        for (ref, found, kind), content in zip(rows, contents, strict=True)
    ]


def _seen(git: Git) -> list[Witness]:
    """What this clone saw when it last looked: its own reference, which moves forward only."""
    commit = git.resolve(SEEN_REF)
    note = parse((git.tree(commit).read(CHECKPOINT) or b"").decode(errors="replace")) if commit else None
    return [Witness("this clone, when it last looked", note)] if note else []


def _given(path: Path) -> Witness:
    try:
        note = parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path}: can't be read: {error}") from error
    if note is None:
        raise Failure(f"{path}: no checkpoint in it", remedy="three lines: the ledger's name, its size, its root")
    return Witness(str(path), note)
