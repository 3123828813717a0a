"""In-toto statements (v1) about a release, for machines to check: one of its tests, one of its files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.engines.files import LOCK
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.release.card.evidence import Evidence

Json = dict[str, Any]
STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
RELEASE = "https://in-toto.io/attestation/release/v0.1"


def judged(evidence: Evidence) -> Json:
    """The gates as tests of the package: passed, warned (waived, or accepted) or failed (inconclusive ones too)."""
    gates = evidence.bundle.gates
    passed = [gate.id for gate in gates if gate.verdict == "pass"]
    warned = [gate.id for gate in gates if gate.verdict != "pass" and (gate.waived_until or gate.accepted)]
    failed = [gate.id for gate in gates if gate.verdict != "pass" and not (gate.waived_until or gate.accepted)]
    predicate = {
        "result": "FAILED" if failed else "WARNED" if warned else "PASSED",
        "configuration": _configuration(evidence),
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    }
    return _statement([_package(evidence)], TEST_RESULT, predicate)


def release(evidence: Evidence) -> Json:
    """Which files make up a version, each with its digest; `evidence.version` must be known."""
    assert evidence.version is not None
    files = [_described(file.path, file.sha256) for file in evidence.manifest.files]
    purl = f"pkg:generic/{evidence.spec.model}@{evidence.version}"
    return _statement([_package(evidence), *files], RELEASE, {"purl": purl})


def statements(evidence: Evidence) -> list[Json]:
    """All that can be said of it so far."""
    return [judged(evidence), *([release(evidence)] if evidence.version else [])]


def _statement(subject: Sequence[Json], kind: str, predicate: Json) -> Json:
    return {"_type": STATEMENT, "subject": list(subject), "predicateType": kind, "predicate": predicate}


def _package(evidence: Evidence) -> Json:
    return _described(model_folder.MANIFEST.name, evidence.bundle.digest.removeprefix("sha256:"))


def _configuration(evidence: Evidence) -> list[Json]:
    files = evidence.bundle.files
    numbers = (model_folder.EVALUATION.name, model_folder.GATE.name, LOCK.name)
    return [
        {"name": str(model_folder.SPEC), "digest": {"gitCommit": evidence.bundle.commit}},
        _described(data_file(evidence.spec.data), evidence.manifest.data.sha256),
        *(_described(name, hashlib.sha256(files[name]).hexdigest()) for name in numbers),
    ]


def _described(name: str, sha256: str) -> Json:
    return {"name": name, "digest": {"sha256": sha256}}
