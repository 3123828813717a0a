"""Witnesses of the ledger from outside of it: tags, main's commits, what this clone saw, files given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.ledger.chain import CHECKPOINT
from mlops_spec.ledger.checkpoint import parse
from mlops_spec.ledger.compare import TagFound
from mlops_spec.ledger.note import ForgedError, Note
from mlops_spec.ledger.note import read as read_note
from mlops_spec.ledger.query import read
from mlops_spec.ledger.store import EMPTY, REMOTE_REF, SEEN_REF, from_commit, from_folder, remote_commit
from mlops_spec.ledger.verify import Outside, Report, Told, Witness, verify
from mlops_spec.system.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.git import Git, Tree
    from mlops_spec.ledger.compare import Pin
    from mlops_spec.ledger.record import Record

_TAGS = "refs/tags/"
TAG_FOLDER = "tags"  # in an export: each tag object's content


@dataclass(frozen=True)
class Known:
    """What whoever verifies brings along: checkpoints, the ledger's name, how far it was verified before."""

    witnesses: tuple[Witness, ...] = ()
    log: str | None = None
    since: int = 0
    told: Callable[[Sequence[Record]], Told] | None = None  # what the forge says of records; none: it is not asked
    pins: Callable[[Tree], Iterable[Pin]] = lambda _: ()  # what main's files want to be live


def verify_remote(git: Git, known: Known | None = None) -> Report:
    """Verifies the remote's ledger against its tags, its main, what this clone saw before, and what else is known.

    Raises:
        Failure: the remote doesn't answer (69); the ledger is gone or was rewritten since this clone saw it (1).
    """
    known, before = known or Known(), _seen_by_this_clone(git)
    there = look(git)
    commit = ledger_of(git, there)
    main = _fetched_main(git, there)
    told = _forge_answer(git, commit, known.told)
    outside = Outside(
        witnesses=(*before, *known.witnesses, *told.witnesses),
        tags=tuple(tags_of(git, there)),
        commits=frozenset(git.text("rev-list", main).split()),
        pins=tuple(known.pins(git.here(main))),
        log=known.log,
    )
    report = verify(from_commit(git, commit) if commit else EMPTY, outside, since=known.since)
    report.findings += told.findings
    return report


def look(git: Git) -> dict[str, str]:
    """The remote's ledger, main and version tags as they are at one moment: reference → object.

    Read one after the other, a version that is registered meanwhile would have its tag and no record.

    Raises:
        Failure: the remote doesn't answer (69).
    """
    return git.remote_refs(REMOTE_REF, f"refs/heads/{git.main}", f"{_TAGS}*@v*")


def ledger_of(git: Git, there: Mapping[str, str]) -> str | None:
    """The ledger's commit then, brought here; None: there was none.

    Raises:
        Failure: the remote doesn't answer (69); the ledger is gone or was rewritten since this clone saw it (1).
    """
    return there.get(REMOTE_REF) if remote_commit(git) else None


def tags_of(git: Git, there: Mapping[str, str]) -> list[TagFound]:
    """The version tags then, with their objects' contents; the local tags are neither read nor changed."""
    tags = {ref: found for ref, found in there.items() if ref.startswith(_TAGS) and not ref.endswith("^{}")}
    annotated = {found for ref, found in tags.items() if f"{ref}^{{}}" in there}
    contents = _contents(git, annotated)
    missing = [found for found, content in contents.items() if content is None]
    if missing:
        git.fetch(*missing)
        contents |= _contents(git, missing)
    return [TagFound(ref.removeprefix(_TAGS), found, contents.get(found) or b"") for ref, found in tags.items()]


def _contents(git: Git, objects: Collection[str]) -> dict[str, bytes | None]:
    return dict(zip(objects, git.read_objects(objects), strict=True))


def _fetched_main(git: Git, there: Mapping[str, str]) -> str:
    main = there.get(f"refs/heads/{git.main}")
    if main is None or git.resolve(git.main_ref) != main:
        fetched = git.fetch_main().commit
        return main or fetched
    return main


def _forge_answer(git: Git, commit: str | None, ask: Callable[[Sequence[Record]], Told] | None) -> Told:
    if ask is None or commit is None:
        return Told()
    try:
        records = read(git, at=commit)
    except Failure as failure:
        if unanswered(failure):
            raise
        return Told()  # that the records do not hold together is found anyway
    return ask(records)


def verify_folder(folder: Path, known: Known | None = None) -> Report:
    """Verifies an export, offline."""
    known = known or Known()
    if not (folder / "log").is_dir():
        raise Failure(f"{folder}: no exported ledger", remedy="`mlops-spec audit export DIR` writes one")
    kept = folder / TAG_FOLDER
    found = sorted(path for path in kept.rglob("*@v*") if path.is_file())
    tags = tuple(TagFound.read(path.relative_to(kept).as_posix(), path.read_bytes()) for path in found)
    return verify(from_folder(folder), Outside(known.witnesses, tags, log=known.log), since=known.since)


def _seen_by_this_clone(git: Git) -> list[Witness]:
    commit = git.resolve(SEEN_REF)
    note = parse((git.tree(commit).read(CHECKPOINT) or b"").decode(errors="replace")) if commit else None
    return [Witness("this clone, when it last looked", note)] if note else []


def given(path: Path, signers: Callable[[Note], Iterable[str]] | None = None) -> Witness:
    """A checkpoint in a file; `signers`, if given, says who must have signed it did.

    Raises:
        Failure: there is none (exit 2).
    """
    try:
        note = read_note(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path}: can't be read: {error}") from error
    found = parse(note.text)
    if found is None:
        raise Failure(f"{path}: no checkpoint in it", remedy="three lines: the ledger's name, its size, its root")
    if signers is None:
        return Witness(str(path), found)
    try:
        return Witness(f"{path}, signed by {', '.join(signers(note))}", found)
    except ForgedError as error:
        return Witness(str(path), found, str(error))
