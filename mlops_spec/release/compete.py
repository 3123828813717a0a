"""The push that makes versions: release commits, tags and records of all candidates at once, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from mlops_spec.release.candidate import FOLDER, release_commit, released_documents, tag_message
from mlops_spec.release.entry import failure, registration
from mlops_spec.release.judged import judged_before
from mlops_spec.release.versions import Made, changed, following
from mlops_spec.spec.paths import data_file
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mlops_spec.git import Batch, Git, Tree
    from mlops_spec.ledger import Draft, Head, Record
    from mlops_spec.ledger.state import State
    from mlops_spec.release.candidate import Candidate
    from mlops_spec.release.versions import Part

ATTEMPTS = 8
_UNTAGGED = "its registration was interrupted, or the tag was deleted"


@dataclass(frozen=True)
class Registration:
    """What registering came to."""

    record: Record
    new: bool
    changed: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Entered:
    """What one push put on record: the versions, and the judgements that let none through, each in its order."""

    registered: tuple[Registration, ...]
    stopped: tuple[Record, ...] = ()


def enter(git: Git, passed: Sequence[Candidate], stopped: Sequence[Candidate] = ()) -> Entered:
    """Registers a version of each candidate that passed, and records the judgement of each that is stopped.

    What is on record already is found again. Each candidate is of another model.

    Raises:
        Stale: another run registered a version of one of them first (exit 75); nothing was left behind.
        Failure: a tag has no record, or a record no tag (78); the remote doesn't answer (69) or refuses (78).
    """
    models = [candidate.spec.model for candidate in passed]
    first: dict[str, str | None] = {}
    for attempt in range(ATTEMPTS):
        tags = git.remote_refs(*(f"refs/tags/{tag_of(model)}" for model in models)) if models else {}
        end = ledger.head(git)  # read after the tags: so it has the record of each that was pushed with one
        records = ledger.read(git, at=end.commit) if end.commit else ()
        state = ledger.replay(records)
        newest = {model: state.of(model).newest for model in models}
        if attempt:
            _refuse_rivals(first, newest)
        _refuse_unrecorded_tags(tags, records)
        _refuse_untagged_records(git, tags, [each for each in records if each.what.model in newest])
        first = newest
        try:
            return _push(git, end, records, passed, stopped)
        except Stale:  # who appended something else to the ledger is no rival
            continue
    raise Stale("others kept appending to the ledger", exit_code=Exit.STALE, remedy="run it again")


def registered_before(records: Sequence[Record], model: str, digest: str, commit: str) -> Record | None:
    """The version that was made of a model's package before: its newest, or one of the same commit."""
    registered = [record for record in records if record.event == "register" and record.what.model == model]
    for record in reversed(registered):
        same = record.what.package is not None and record.what.package.digest == digest
        if same and (record is registered[-1] or (record.from_what and record.from_what.commit == commit)):
            return record
    return None


def refuse_untagged(git: Git, record: Record) -> None:
    """Raises Failure (78) where a registration's tag is gone from the remote."""
    _refuse_untagged_records(git, {}, [record])


def _refuse_rivals(first: Mapping[str, str | None], newest: Mapping[str, str | None]) -> None:
    moved = [model for model in newest if newest[model] != first[model]]
    if moved:
        names = ", ".join(f"{model} {newest[model]}" for model in moved)
        raise Stale(
            f"{names} was registered meanwhile", exit_code=Exit.STALE, remedy="run it again: it gets the next number"
        )


def _push(
    git: Git, end: Head, records: Sequence[Record], passed: Sequence[Candidate], stopped: Sequence[Candidate]
) -> Entered:
    known = [registered_before(records, each.spec.model, each.bundle.digest, each.tree.commit) for each in passed]
    judgements = [failure(each) for each in stopped]
    judged = [judged_before(records, draft) for draft in judgements]
    state = ledger.replay(records)
    with git.batch() as new_objects:
        fresh = [each for each, old in zip(passed, known, strict=True) if old is None]
        made = [_version(git, new_objects, end, each, state) for each in fresh]
    drafts = [*(each.draft for each in made), *(d for d, old in zip(judgements, judged, strict=True) if old is None)]
    new = iter(_append(git, end, drafts, [each.update for each in made], (passed or stopped)[0].now) if drafts else ())
    parts = iter(made)
    registered = [
        Registration(next(new), new=True, changed=next(parts).changed) if old is None else Registration(old, new=False)
        for old in known
    ]
    return Entered(tuple(registered), tuple(next(new) if old is None else old for old in judged))


def _append(git: Git, end: Head, drafts: Sequence[Draft], updates: Sequence[Update], now: datetime) -> Sequence[Record]:
    records, _ = ledger.append(git, end, drafts, updates=updates, now=now)
    git.run("update-ref", "--stdin", stdin="".join(f"update {each.ref} {each.new}\n" for each in updates).encode())
    return records


@dataclass(frozen=True)
class _Version:
    """A version that is not pushed yet."""

    draft: Draft
    update: Update
    changed: tuple[Part, ...]


def _version(git: Git, new: Batch, end: Head, candidate: Candidate, state: State) -> _Version:
    of_model = state.of(candidate.spec.model)
    previous = of_model.registered.get(of_model.newest or "")
    parts = changed(_made_before(git, candidate.tree, previous), _made(candidate)) if previous else ()
    version = following(previous.what.version if previous else None, parts)
    name = tag_of(candidate.spec.model, version)
    documents = released_documents(candidate, version)
    commit = release_commit(new, candidate, version, documents)
    tag = new.tag(name, commit, message=tag_message(candidate, version, end), when=candidate.now)
    draft = registration(candidate, version, TagObject(name=name, object=tag, target=commit), parts, documents)
    return _Version(draft, Update(f"refs/tags/{name}", tag, None), parts)


def _refuse_unrecorded_tags(tags: Mapping[str, str], records: Sequence[Record]) -> None:
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


def _made(candidate: Candidate) -> Made:
    lock = read_lock(candidate.bundle.files[LOCK.name])
    return Made(candidate.bundle.manifest, lock, data_file(candidate.spec.data))


def _made_before(git: Git, now: Tree, previous: Record) -> Made:
    tag = previous.what.tag
    assert tag is not None
    if git.resolve(f"{tag.target}^{{commit}}") is None:
        git.fetch(f"refs/tags/{tag.name}")
    tree = replace(now, commit=tag.target)
    described, lock = tree.read_all([f"{FOLDER}/{model_folder.MANIFEST.name}", LOCK])
    if described is None or lock is None:
        raise Failure(f"the release commit of {tag.name} lacks its manifest or {LOCK}", exit_code=Exit.FINDINGS)
    return Made(manifest.parse(described), read_lock(lock), data_file(spec_at(tree).data))
