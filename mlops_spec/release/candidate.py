"""A candidate for a version: its release commit, its tag's message, and what goes on record about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import __version__, layout
from mlops_spec.card.documents import KINDS, documents
from mlops_spec.card.evidence import evidence_of
from mlops_spec.ledger.canonical import canonical
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.record import Data, Draft, Evidence, FromWhat, Package, Policy, Risk, TagObject, What, Why
from mlops_spec.outputs.stages import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mlops_spec.git import Git, Tree
    from mlops_spec.ledger import Head
    from mlops_spec.ledger.record import Who
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.release.versions import Part
    from mlops_spec.spec import Spec

FOLDER = str(layout.RELEASE)


@dataclass(frozen=True)
class Candidate:
    """What may become a version: the bundle, and the commit on main that it was made from."""

    bundle: Bundle
    tree: Tree
    spec: Spec
    who: Who
    now: datetime


def release_commit(git: Git, candidate: Candidate, version: str) -> str:
    """A commit on top of the merge that holds what the pipeline gave, and what that proves; only the tag points to it.

    Raises Failure when the evidence is damaged, or of another model.
    """
    files = dict(candidate.bundle.files)
    del files[layout.CARD.name]  # the declared one, which the release's own holds
    placed: dict[str, bytes | None] = {str(layout.DVC_LOCK): files.pop(layout.DVC_LOCK.name)}
    placed |= {f"{FOLDER}/{name}": content for name, content in files.items()}
    placed |= _documents(candidate, version)
    return git.write_commit(
        git.write_tree(candidate.tree.commit, placed),
        parents=[candidate.tree.commit],
        message=f"Release {candidate.spec.model} {version}\n\n{candidate.bundle.digest}\n",
        when=candidate.now,
    )


def _documents(candidate: Candidate, version: str) -> dict[str, bytes]:
    """Card, bill and statements; the declared card is main's, wherever the bundle has been."""
    declared = candidate.tree.read(layout.CARD) or candidate.bundle.files[layout.CARD.name]
    evidence = evidence_of(candidate.bundle, candidate.spec, version)
    return documents(evidence, declared.decode(errors="replace"))


def tag_message(candidate: Candidate, version: str, end: Head) -> str:
    """The tag's message; its last lines are a checkpoint of the ledger before it, one more copy to check it by."""
    rows = f"{candidate.bundle.manifest.data.rows:,} rows, sha256:{candidate.bundle.manifest.data.sha256}"
    said = [f"{candidate.spec.model} {version}", f"package {candidate.bundle.digest}\ndata {rows}"]
    if end.commit:
        said.append(str(end.checkpoint).rstrip("\n"))
    return "\n\n".join(said) + "\n"


def registration(candidate: Candidate, version: str, tag: TagObject, parts: tuple[Part, ...]) -> Draft:
    bundle, spec = candidate.bundle, candidate.spec
    described = bundle.manifest
    return Draft(
        event="register",
        who=candidate.who,
        what=What(
            model=spec.model,
            version=version,
            package=Package(
                digest=bundle.digest,
                format=described.format,
                files=len(described.files),
                bytes=sum(file.bytes for file in described.files),
                trusted_types=described.trusted_types,
            ),
            tag=tag,
        ),
        why=Why(
            kind="new-data" if parts == ("data",) else "change",
            text=_subject(candidate.tree),
            gates=bundle.gates,
            policy=_policy(candidate),
        ),
        from_what=_from_what(candidate),
        evidence=tuple(_evidence(candidate, version)),
        risk=Risk(class_=spec.governance.risk),
    )


def _evidence(candidate: Candidate, version: str) -> Iterator[Evidence]:
    for kind, path in (("gates", layout.GATE), ("evaluation", layout.EVALUATION)):
        digest = _sha256(candidate.bundle.files[path.name])
        yield Evidence(kind=kind, digest=digest, uri=f"{FOLDER}/{path.name}")
    for name, content in _documents(candidate, version).items():
        if name in KINDS:
            yield Evidence(kind=KINDS[name], digest=_sha256(content), uri=name)


def _from_what(candidate: Candidate) -> FromWhat:
    bundle, tree, spec = candidate.bundle, candidate.tree, candidate.spec
    environment = tree.read("uv.lock")
    return FromWhat(
        commit=tree.commit,
        spec=_sha256(tree.read(layout.SPEC) or b""),
        dvc_lock=_sha256(bundle.files[layout.DVC_LOCK.name]),
        env_lock=_sha256(environment) if environment is not None else None,
        params=_sha256(canonical(spec.train.params)),
        seed=spec.train.seed,
        data=(
            Data(
                name=data_file(spec.data),
                digest=f"sha256:{bundle.manifest.data.sha256}",
                rows=bundle.manifest.data.rows,
            ),
        ),
    )


def _policy(candidate: Candidate) -> Policy:
    spec = candidate.tree.read(layout.SPEC) or b""
    return Policy(spec=_sha256(spec), rules=f"mlops-spec {__version__}")


def _subject(tree: Tree) -> str:
    return plain(tree.git.text("show", "--no-patch", "--format=%s", tree.commit))


def _sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def failure(candidate: Candidate) -> Draft:
    """The record of a judgement that lets nothing through."""
    bundle = candidate.bundle
    return Draft(
        event="gate.outcome",
        who=candidate.who,
        what=What(model=candidate.spec.model, package=Package(digest=bundle.digest)),
        why=Why(kind="change", text=_subject(candidate.tree), gates=bundle.gates, policy=_policy(candidate)),
        result="fail" if any(gate.verdict == "fail" for gate in bundle.gates) else "inconclusive",
        from_what=_from_what(candidate),
    )
