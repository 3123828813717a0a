"""Registering: a release commit, its tag and its record, in one push that one of many racing runs wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import ledger, model_folder
from mlops_spec.engines.evidence import read_lock
from mlops_spec.engines.files import LOCK
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Stale, Update
from mlops_spec.ledger.compare import UNRECORDED, removed, restored
from mlops_spec.ledger.record import TagObject
from mlops_spec.package import manifest
from mlops_spec.place import tag_of
from mlops_spec.platforms.github.connect import connect
from mlops_spec.platforms.github.run import Run
from mlops_spec.release.accepted import asked, heard
from mlops_spec.release.candidate import FOLDER, Candidate, candidate_of, release_commit, tag_message
from mlops_spec.release.entry import registration
from mlops_spec.release.intents import nothing_begun
from mlops_spec.release.judged import named, record_judgement
from mlops_spec.release.versions import Made, changed, following
from mlops_spec.spec.paths import data_file
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger import Head, Record
    from mlops_spec.ledger.record import Who
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.release.versions import Part

ATTEMPTS = 8
_UNTAGGED = "its registration was interrupted, or the tag was deleted"


@dataclass(frozen=True)
class Registration:
    """What registering came to."""

    record: Record
    new: bool
    changed: tuple[Part, ...] = ()


class GatesFailed(Failure):
    """The gates stop the release; that they did is on the record."""


def _no_forge() -> GitHub:
    return connect(Run())


def register(
    git: Git, bundle: Bundle, *, who: Who, now: datetime | None = None, forge: Callable[[], GitHub] = _no_forge
) -> Registration:
    """Makes a version of a bundle; one that is registered already is found again.

    `forge` is asked for an approver's word where gates wait for one.

    Raises:
        GatesFailed: a gate does not let it through (exit 1); recorded.
        Stale: another run registered a version first (exit 75); nothing was left behind.
        Failure: the commit is not on main (exit 1), the remote doesn't answer (69) or refuses (78).
    """
    candidate = heard(candidate_of(git, bundle, who, now), forge)
    blocking = candidate.blocking
    if blocking:
        record_judgement(git, candidate)
        raise GatesFailed(
            f"{len(blocking)} of {len(bundle.gates)} gates stop it: {named(blocking)}",
            exit_code=Exit.FINDINGS,
            remedy="the judgement is on record; nothing was registered" if candidate.stopping else asked(candidate),
        )
    return _compete(git, candidate)


def registered(git: Git, bundle: Bundle) -> Registration:
    """The version that an earlier run made of a bundle; a push is whole or was not begun, so nothing is left to do.

    Raises:
        Failure: there is none: nothing was begun (exit 75).
    """
    records = ledger.read(git)
    found = _registered_before(records, bundle.digest, git.commit_id(bundle.commit))
    if found is None:
        raise nothing_begun(f"{bundle.digest} of commit {bundle.commit[:12]} is not registered")
    _refuse_untagged_records(git, {}, [found])
    return Registration(found, new=False)


def _compete(git: Git, candidate: Candidate) -> Registration:
    first: str | None = None
    for attempt in range(ATTEMPTS):
        tags = git.remote_refs(f"refs/tags/{tag_of(candidate.spec.model)}")
        end = ledger.head(git)  # read after the tags: so it has the record of each that was pushed with one
        records = ledger.read(git, at=end.commit) if end.commit else ()
        state = ledger.replay(records).of(candidate.spec.model)
        if attempt and state.newest != first:
            raise Stale(
                f"{state.newest} was registered meanwhile",
                exit_code=Exit.STALE,
                remedy="run it again: it gets the next number",
            )
        _refuse_unrecorded_tags(tags, records)
        _refuse_untagged_records(git, tags, records)
        known = _registered_before(records, candidate.bundle.digest, candidate.tree.commit)
        if known is not None:
            return Registration(known, new=False)
        first = state.newest
        try:
            return _push(git, end, candidate, state.registered.get(first or ""))
        except Stale:  # who appended something else to the ledger is no rival
            continue
    raise Stale("others kept appending to the ledger", exit_code=Exit.STALE, remedy="run it again")


def _registered_before(records: tuple[Record, ...], digest: str, commit: str) -> Record | None:
    registered = [record for record in records if record.event == "register"]
    for record in reversed(registered):
        same = record.what.package is not None and record.what.package.digest == digest
        if same and (record is registered[-1] or (record.from_what and record.from_what.commit == commit)):
            return record
    return None


def _refuse_unrecorded_tags(tags: Mapping[str, str], records: tuple[Record, ...]) -> None:
    recorded = {f"refs/tags/{record.what.tag.name}" for record in records if record.what.tag}
    for ref in tags:
        if not ref.endswith("^{}") and ref not in recorded:
            raise Failure(
                f"{ref.removeprefix('refs/')} is in the remote, but no record registers it: {UNRECORDED}",
                exit_code=Exit.CONFIG,
                remedy=removed(ref.removeprefix("refs/tags/")),
            )


def _refuse_untagged_records(git: Git, tags: Mapping[str, str], records: Sequence[Record]) -> None:
    """Refuses a registration without its tag; the tags were read before the records, so one is looked for again."""
    for record in records:
        tag = record.what.tag
        if record.event != "register" or tag is None or (ref := f"refs/tags/{tag.name}") in tags:
            continue
        if ref not in git.remote_refs(ref):
            raise Failure(
                f"tag {tag.name} is gone from the remote, but record {record.seq} registers it: {_UNTAGGED}",
                exit_code=Exit.CONFIG,
                remedy=restored(tag),
            )


def _push(git: Git, end: Head, candidate: Candidate, previous: Record | None) -> Registration:
    parts = changed(_made_before(git, previous), _made(candidate)) if previous else ()
    version = following(previous.what.version if previous else None, parts)
    name = tag_of(candidate.spec.model, version)
    commit = release_commit(git, candidate, version)
    tag = git.write_tag(name, commit, message=tag_message(candidate, version, end), when=candidate.now)
    draft = registration(candidate, version, TagObject(name=name, object=tag, target=commit), parts)
    update = Update(f"refs/tags/{name}", tag, None)
    (record,), _ = ledger.append(git, end, [draft], updates=[update], now=candidate.now)
    git.run("update-ref", update.ref, tag)
    return Registration(record, new=True, changed=parts)


def _made(candidate: Candidate) -> Made:
    lock = read_lock(candidate.bundle.files[LOCK.name])
    return Made(candidate.bundle.manifest, lock, data_file(candidate.spec.data))


def _made_before(git: Git, previous: Record) -> Made:
    tag = previous.what.tag
    assert tag is not None
    if git.resolve(f"{tag.target}^{{commit}}") is None:
        git.fetch(f"refs/tags/{tag.name}")
    tree = git.here(tag.target)
    described, lock = tree.read_all([f"{FOLDER}/{model_folder.MANIFEST.name}", LOCK])
    if described is None or lock is None:
        raise Failure(f"the release commit of {tag.name} lacks its manifest or {LOCK}", exit_code=Exit.FINDINGS)
    return Made(manifest.parse(described), read_lock(lock), data_file(spec_at(tree).data))
