"""The record of a candidate: its registration as a version, or the judgement that stops it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec import __version__, model_folder
from mlops_spec.engines.files import LOCK
from mlops_spec.integrity.verifier import LISTING, SEALED
from mlops_spec.ledger.canonical import canonical
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.record import Data, Draft, Evidence, FromWhat, Package, Policy, Risk, TagObject, What, Why
from mlops_spec.release.candidate import FOLDER
from mlops_spec.release.card.documents import KINDS
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.git import Tree
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.release.candidate import Candidate
    from mlops_spec.release.versions import Part


def registration(
    candidate: Candidate, version: str, tag: TagObject, parts: tuple[Part, ...], documents: Mapping[str, bytes]
) -> Draft:
    """The record of a version; `documents` are those that its release commit holds."""
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
            pull_request=candidate.pull_request,
            gates=bundle.gates,
            policy=_policy(candidate),
        ),
        from_what=_from_what(candidate),
        evidence=tuple(_evidence(candidate, documents)),
        risk=Risk(class_=spec.governance.risk),
    )


def failure(candidate: Candidate) -> Draft:
    """The record of a judgement that lets nothing through; its documents lie in no release commit."""
    bundle = candidate.bundle
    return Draft(
        event="gate.outcome",
        who=candidate.who,
        what=What(model=candidate.spec.model, package=Package(digest=bundle.digest)),
        why=Why(kind="change", text=_subject(candidate.tree), gates=bundle.gates, policy=_policy(candidate)),
        result="fail" if any(gate.verdict == "fail" for gate in bundle.gates) else "inconclusive",
        from_what=_from_what(candidate),
        evidence=tuple(replace(each, uri=None) for each in _judged_on(bundle)),
    )


def _evidence(candidate: Candidate, documents: Mapping[str, bytes]) -> Iterator[Evidence]:
    yield from _judged_on(candidate.bundle)
    listed = _sha256(candidate.bundle.files[LISTING])
    yield Evidence(kind=SEALED, digest=listed, uri=f"{FOLDER}/{LISTING}")
    for name, content in documents.items():
        if name in KINDS:
            yield Evidence(kind=KINDS[name], digest=_sha256(content), uri=name)


def _judged_on(bundle: Bundle) -> Iterator[Evidence]:
    for kind, path in (("gates", model_folder.GATE), ("evaluation", model_folder.EVALUATION)):
        yield Evidence(kind=kind, digest=_sha256(bundle.files[path.name]), uri=f"{FOLDER}/{path.name}")


def _from_what(candidate: Candidate) -> FromWhat:
    bundle, tree, spec = candidate.bundle, candidate.tree, candidate.spec
    environment = tree.read("uv.lock")
    return FromWhat(
        commit=tree.commit,
        spec=_sha256(tree.read(model_folder.SPEC) or b""),
        dvc_lock=_sha256(bundle.files[LOCK.name]),
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
    spec = candidate.tree.read(model_folder.SPEC) or b""
    return Policy(spec=_sha256(spec), rules=f"mlops-spec {__version__}")


def _subject(tree: Tree) -> str:
    return plain(tree.subject())


def _sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
