"""In-toto statements, read by in-toto's own library."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from packageurl import PackageURL

from mlops_spec.release.card.statements import judged, release, statements

from .conftest import GATES, evidence


def read(statement: dict[str, Any]) -> Statement:
    """As in-toto reads it: unknown fields and wrong types raise, and so does what is missing."""
    found = Statement.copy_from_pb(json_format.Parse(json.dumps(statement), statement_pb2.Statement()))
    found.validate()
    return found


def test_in_toto_reads_each() -> None:
    kinds = [read(each).pb.predicate_type for each in statements(evidence())]

    assert kinds == ["https://in-toto.io/attestation/test-result/v0.1", "https://in-toto.io/attestation/release/v0.1"]


def test_what_has_no_number_yet_is_no_release() -> None:
    assert len(statements(evidence(version=None))) == 1


def test_in_toto_reads_the_result_and_the_subject_is_the_package() -> None:
    found = evidence()
    statement = judged(found)

    result = json_format.ParseDict(statement["predicate"], test_result_pb2.TestResult())
    assert result.result == "WARNED"
    assert list(result.passed_tests) == ["contract", "roc_auc"]
    assert list(result.warned_tests) == ["fairness/equalized_odds_difference/sex"]
    assert list(result.failed_tests) == []
    assert statement["subject"] == [
        {"name": "manifest.json", "digest": {"sha256": hashlib.sha256(found.bundle.files["manifest.json"]).hexdigest()}}
    ]


def test_what_was_tested_with_is_named_by_its_digest() -> None:
    found = evidence()
    named = {each["name"]: each["digest"] for each in judged(found)["predicate"]["configuration"]}

    assert named["model.yaml"] == {"gitCommit": found.bundle.commit}
    assert named["gate.json"] == {"sha256": hashlib.sha256(found.bundle.files["gate.json"]).hexdigest()}
    assert {"evaluation.json", "dvc.lock"} < named.keys()


@pytest.mark.parametrize(
    ("verdicts", "result"), [(["pass", "pass"], "PASSED"), (["pass", "fail"], "FAILED"), (["inconclusive"], "FAILED")]
)
def test_a_verdict_that_stops_a_release_fails(verdicts: list[str], result: str) -> None:
    gates = [
        {"id": f"g{at}", "kind": "metric", "value": 0.5, "bound": None, "verdict": verdict}
        for at, verdict in enumerate(verdicts)
    ]

    assert judged(evidence(gates=gates))["predicate"]["result"] == result


def test_a_waived_gate_only_warns() -> None:
    assert GATES[2]["verdict"] == "fail"
    assert judged(evidence())["predicate"]["result"] == "WARNED"


def test_a_release_names_every_file() -> None:
    statement = release(evidence())

    assert [each["name"] for each in statement["subject"]] == ["manifest.json", "code/a.py", "model/model.skops"]
    purl = PackageURL.from_string(statement["predicate"]["purl"])
    assert (purl.type, purl.name, purl.version) == ("generic", "credit-default", "v1.4.0")
