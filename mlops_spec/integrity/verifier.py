"""The verifier of a judged package: all that a bundle or a release holds, against the commit it was made from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines import evidence
from mlops_spec.engines.evidence import listing, md5
from mlops_spec.engines.files import LOCK
from mlops_spec.integrity import evaluation as evaluations
from mlops_spec.integrity import judgement
from mlops_spec.integrity.signature import of_signature
from mlops_spec.integrity.spec_digest import spec_sha256
from mlops_spec.package.problem import Problem
from mlops_spec.spec.features import is_feature, positive_class
from mlops_spec.spec.gates.verdicts import worst

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from mlops_spec.git import Tree
    from mlops_spec.integrity.anchor import Past
    from mlops_spec.integrity.shapes import Evaluation, GateFile
    from mlops_spec.package.manifest import Manifest
    from mlops_spec.spec import Spec

MANIFEST, GATE, EVALUATION = model_folder.MANIFEST.name, model_folder.GATE.name, model_folder.EVALUATION.name
SEALED = "listing"  # the evidence that tells a release which can be verified whole from one of an older version
LISTING = "package.dir"  # DVC's listing of the package's files, by which its lock names the package


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is verified: the files' bytes, and what the parsers made of them."""

    files: Mapping[str, bytes]
    manifest: Manifest
    gates: GateFile
    evaluation: Evaluation


@dataclass(frozen=True, kw_only=True)
class Source:
    """What it is verified against: the commit and its spec, the day, and what the ledger had: see `judgement.Given`."""

    tree: Tree
    spec: Spec
    today: str  # YYYY-MM-DD
    lived: Mapping[str, frozenset[tuple[str, str]]] | None = None
    past: Sequence[Past] | None = None


def problems(judged: Judged, source: Source) -> Iterator[Problem]:
    """Every way in which it does not follow from its source, or its parts contradict each other."""
    yield from _of_models(judged, source.spec)
    yield from _of_manifest(judged.manifest, source)
    yield from _of_gates(judged, source)
    yield from _of_listing(judged)
    yield from evidence.problems(judged.files[LOCK.name], source.tree, dict(_lock_outputs(judged)))


def _of_models(judged: Judged, spec: Spec) -> Iterator[Problem]:
    named = {MANIFEST: judged.manifest.model, GATE: judged.gates.model, EVALUATION: judged.evaluation.model}
    for file, model in named.items():
        if model != spec.model:
            yield Problem(file, "model", f"is {model!r}, the spec at that commit is of {spec.model!r}")


def _of_manifest(manifest: Manifest, source: Source) -> Iterator[Problem]:
    spec = source.spec
    right = {
        "task": spec.task,
        "format": spec.train.format,
        "predictor": spec.train.predictor,
        "trusted_types": tuple(sorted(spec.train.trusted_types)),
        "threshold": float(spec.evaluate.threshold),
        "positive": positive_class(spec),
        "spec_sha256": spec_sha256(spec),
    }
    for name, value in right.items():
        if getattr(manifest, name) != value:
            said = f"is {getattr(manifest, name)!r}, by the spec at that commit it is {value!r}"
            yield Problem(MANIFEST, name, said)
    if hidden := [name for name in manifest.features if not is_feature(spec, name)]:
        yield Problem(MANIFEST, "features", f"has {', '.join(map(repr, hidden))}: the spec lets no model see that")
    yield from of_signature(manifest, spec)


def _of_gates(judged: Judged, source: Source) -> Iterator[Problem]:
    spec, gates, evaluation = source.spec, judged.gates, judged.evaluation
    if gates.commit != source.tree.commit:
        yield Problem(GATE, "commit", f"is {gates.commit}, what is verified was made from {source.tree.commit}")
    if judged.manifest.data.rows < evaluation.rows:
        said = f"are {judged.manifest.data.rows:,}, of which {evaluation.rows:,} were tested"
        yield Problem(MANIFEST, "data.rows", said)
    given = judgement.Given(
        rows=evaluation.rows,
        today=source.today,
        package_bytes=sum(file.bytes for file in judged.manifest.files),
        against=gates.against,
        parts={
            column: {value: part.rows for value, part in parts.items()} for column, parts in evaluation.slices.items()
        },
        lived=source.lived,
        past=source.past,
    )
    yield from judgement.problems(spec, gates.gates, given)
    blocking = [gate.verdict for gate in gates.gates if gate.verdict != "pass" and gate.waived_until is None]
    right = worst(blocking) if blocking else "pass"
    if gates.verdict != right:
        yield Problem(GATE, "verdict", f"is {gates.verdict}, by its gates it is {right}")
    yield from evaluations.problems(spec, evaluation, gates, judgement.pair(spec, gates.gates)[0])


def _of_listing(judged: Judged) -> Iterator[Problem]:
    hashes = dict(_hashes(judged.files[LISTING]))
    named = {file.path for file in judged.manifest.files} | {MANIFEST}
    if listing(hashes) != judged.files[LISTING]:
        yield Problem(LISTING, "", "is no listing of DVC's")
    elif hashes.keys() != named:
        yield Problem(LISTING, "", f"does not name the manifest's files: {', '.join(sorted(hashes.keys() ^ named))}")
    elif hashes[MANIFEST] != md5(judged.files[MANIFEST]):
        yield Problem(LISTING, MANIFEST, "is not the manifest's MD5")


def _hashes(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError):
        return
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in ("relpath", "md5")):
            yield entry["relpath"], entry["md5"]


def _lock_outputs(judged: Judged) -> Iterator[tuple[str, dict[str, Any]]]:
    evaluation, package = judged.files[EVALUATION], judged.files[LISTING]
    yield str(model_folder.EVALUATION), {"md5": md5(evaluation), "size": len(evaluation)}
    sizes = {file.path: file.bytes for file in judged.manifest.files} | {MANIFEST: len(judged.files[MANIFEST])}
    yield str(model_folder.PACKAGE), {"md5": f"{md5(package)}.dir", "size": sum(sizes.values()), "nfiles": len(sizes)}
    model = f"{PurePosixPath(model_folder.MODEL).name}/"
    inside = {path.removeprefix(model): own for path, own in _hashes(package) if path.startswith(model)}
    size = sum(size for path, size in sizes.items() if path.startswith(model))
    yield str(model_folder.MODEL), {"md5": f"{md5(listing(inside))}.dir", "size": size, "nfiles": len(inside)}
