"""Whether a version is what was registered: its release commit by the one verifier, its record by its release."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mlops_spec import model_folder
from mlops_spec.engines.files import LOCK
from mlops_spec.errors import Exit, Failure
from mlops_spec.integrity.verifier import SEALED, Source
from mlops_spec.release.accepted import unfounded
from mlops_spec.release.bundle import EVIDENCE, bundle_of
from mlops_spec.release.locations import release_tree
from mlops_spec.release.past import lived, past
from mlops_spec.system.faults import unanswered
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import TagObject
    from mlops_spec.release.bundle import Bundle


def verify_release(git: Git, records: Sequence[Record], registered: Record) -> None:
    """Raises Failure (1), which names file and field, unless a version's release commit holds what its record says.

    The commit is brought here where it is missing.
    """
    tag = registered.what.tag
    assert tag is not None  # the ledger takes no registration without one
    bring(git, [tag])
    _verify(git, records, registered, tag)


def release_findings(
    git: Git, records: Sequence[Record], since: int = 0, versions: Collection[str] | None = None
) -> Iterator[str]:
    """The same of all `versions` (None: any) registered by record `since` or later: what is wrong, a line for each."""
    registered = [
        each
        for each in records
        if each.event == "register"
        and each.seq >= since
        and (versions is None or each.what.version in versions)
        and told(each)
    ]
    bring(git, [each.what.tag for each in registered if each.what.tag])
    for each in registered:
        assert each.what.tag is not None
        try:
            _verify(git, records, each, each.what.tag)
        except Failure as failure:
            if unanswered(failure):
                raise
            yield f"record {each.seq}: " + " ".join(failure.message.split())


def told(registered: Record) -> bool:
    """Whether a registration names its evidence; one that does not was not made by `register`, and goes nowhere."""
    return registered.what.tag is not None and any(each.kind == "gates" for each in registered.evidence)


def bring(git: Git, tags: Iterable[TagObject]) -> None:
    """Fetches those that are not here; what the remote has no longer stays away, and is said to be gone."""
    missing = {tag.object for tag in tags if git.resolve(f"{tag.target}^{{commit}}") is None}
    found = missing & set(git.remote_refs("refs/tags/*@v*").values()) if missing else set()
    if found:
        git.fetch(*sorted(found))


def _verify(git: Git, records: Sequence[Record], registered: Record, tag: TagObject) -> None:
    if not _sealed(registered):
        _verify_older(git, records, registered, tag)
        return
    bundle, made_from = _released(git, tag)
    if registered.from_what is None or registered.from_what.commit != made_from:
        _differs(tag, f"it stands on {made_from[:12]}, which is not the commit that the record names")
    _compare_with_record(tag, bundle, registered)
    before, model = records[: registered.seq], registered.what.model
    tree = replace(release_tree(git, tag.target), commit=made_from)
    day = registered.time[:10]
    source = Source(tree=tree, spec=spec_at(tree), today=day, lived=lived(before, model), past=past(before, model))
    bundle.verify(source, f"the release commit of {tag.name}")
    if wrong := "; ".join(unfounded(bundle, registered, source.spec)):
        _differs(tag, wrong)


def _sealed(registered: Record) -> bool:
    return any(each.kind == SEALED for each in registered.evidence)


def _verify_older(git: Git, records: Sequence[Record], registered: Record, tag: TagObject) -> None:
    """What a version of mlops-spec that sealed nothing put on record: its files are those, byte by byte.

    Its judgement can't be made again. So nothing of the kind is believed once a sealed release is on record.
    """
    if any(each.event == "register" and _sealed(each) for each in records[: registered.seq]):
        _differs(tag, f"it names no `{SEALED}`, and releases before it do")
    package, source = registered.what.package, registered.from_what
    right = {each.kind: each.digest for each in registered.evidence}
    recorded = {
        f"{model_folder.RELEASE}/{model_folder.MANIFEST}": package.digest if package else None,
        str(LOCK): source.dvc_lock if source else None,
        f"{model_folder.RELEASE}/{model_folder.GATE.name}": right.get("gates"),
        f"{model_folder.RELEASE}/{model_folder.EVALUATION.name}": right.get("evaluation"),
    }
    contents = release_tree(git, tag.target).read_all(recorded)
    for (path, digest), content in zip(recorded.items(), contents, strict=True):
        if content is None or _sha256(content) != digest:
            _differs(tag, f"its release commit {'lacks' if content is None else 'holds another'} {path}")


def _released(git: Git, tag: TagObject) -> tuple[Bundle, str]:
    if git.resolve(f"{tag.target}^{{commit}}") is None:
        _differs(tag, f"its release commit {tag.target[:12]} is gone")
    paths = [name if name == LOCK.name else f"{model_folder.RELEASE}/{name}" for name in EVIDENCE]
    contents = list(release_tree(git, tag.target).read_all(paths))
    lacking = [path for path, content in zip(paths, contents, strict=True) if content is None]
    made_from = git.resolve(f"{tag.target}^")
    if lacking or made_from is None:
        _differs(tag, f"its release commit lacks {', '.join(lacking) or 'the commit that it was made from'}")
    files = {name: content or b"" for name, content in zip(EVIDENCE, contents, strict=True)}
    bundle = bundle_of(files, Path(tag.name))
    if bundle.commit != made_from:
        _differs(tag, f"its gates judged {bundle.commit[:12]}, it stands on {made_from[:12]}")
    return bundle, made_from


def _compare_with_record(tag: TagObject, bundle: Bundle, registered: Record) -> None:
    package, source = registered.what.package, registered.from_what
    if package is None or package.digest != bundle.digest:
        _differs(tag, f"its release commit holds the package {bundle.digest}")
    if source is None or source.dvc_lock != _sha256(bundle.files[LOCK.name]):
        _differs(tag, f"its release commit holds another {LOCK}")
    digests = {each.kind: each.digest for each in registered.evidence}
    for kind, path in (("gates", model_folder.GATE), ("evaluation", model_folder.EVALUATION)):
        if digests.get(kind) != _sha256(bundle.files[path.name]):
            _differs(tag, f"its release commit holds another {path.name}")
    gates = tuple(replace(gate, accepted=None) for gate in (registered.why.gates if registered.why else ()))
    if gates != bundle.gates:
        differing = [one.id for one, other in zip(gates, bundle.gates, strict=False) if one != other]
        _differs(
            tag, f"its gates are not those of {model_folder.GATE.name}: {', '.join(differing) or 'another number'}"
        )


def _differs(tag: TagObject, what: str) -> NoReturn:
    raise Failure(
        f"{tag.name} is not what was registered: {what}",
        exit_code=Exit.FINDINGS,
        remedy="run `mlops-spec audit verify`; revoke it, and register a new version",
    )


def _sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
