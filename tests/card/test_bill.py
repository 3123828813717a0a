"""The bill of materials, held against CycloneDX's schema, and against what it is of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from mlops_spec.release.card.bill import bill

from .conftest import MANIFEST, SPEC, evidence


def complaints(value: Any) -> str | None:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(value))
    return str(error.data.message) if error else None


@pytest.mark.parametrize("version", ["v1.4.0", None])
@pytest.mark.parametrize("changed", [{}, {"measures": {}, "slices": {}}], ids=["measured", "nothing measured"])
def test_it_is_valid(version: str | None, changed: dict[str, Any]) -> None:
    assert complaints(bill(evidence(version=version, **changed))) is None


def test_the_schema_would_notice() -> None:
    good = bill(evidence())
    model = good["metadata"]["component"]

    assert complaints({**good, "serialNumber": "7"})
    assert complaints({**good, "metadata": {"component": {**model, "type": "model"}}})
    assert complaints({**good, "components": [{"type": "file"}]})
    card = {**model["modelCard"], "quantitativeAnalysis": {"performanceMetrics": [{"value": 0.7}]}}
    assert complaints({**good, "metadata": {"component": {**model, "modelCard": card}}})


def test_it_lists_data_files_and_libraries_with_their_digests() -> None:
    parts = {each["bom-ref"]: each for each in bill(evidence())["components"]}

    assert list(parts) == [
        "data",
        "file:code/a.py",
        "file:model/model.skops",
        "pkg:pypi/mlops-spec@0.1.0",
        "python",
        "pkg:pypi/scikit-learn@1.9.1",
    ]
    assert parts["data"]["hashes"] == [{"alg": "SHA-256", "content": MANIFEST.data.sha256}]
    assert parts["file:model/model.skops"]["hashes"] == [{"alg": "SHA-256", "content": "b" * 64}]
    purl = PackageURL.from_string(parts["pkg:pypi/scikit-learn@1.9.1"]["purl"])
    assert (purl.type, purl.name, purl.version) == ("pypi", "scikit-learn", "1.9.1")
    (tree,) = bill(evidence())["dependencies"]
    assert tree["dependsOn"] == list(parts)


def test_the_model_is_described_by_the_evidence() -> None:
    found = evidence()
    model = bill(found)["metadata"]["component"]

    assert (model["name"], model["version"]) == (SPEC.model, "v1.4.0")
    assert model["hashes"][0]["content"] == found.bundle.digest.removeprefix("sha256:")
    card = model["modelCard"]
    assert card["modelParameters"]["inputs"] == [{"format": "age: INT64"}]
    metrics = card["quantitativeAnalysis"]["performanceMetrics"]
    assert metrics[1] == {
        "type": "roc_auc",
        "value": "0.7821391401164256",
        "confidenceInterval": {"lowerBound": "0.7721391401164256", "upperBound": "0.7921391401164256"},
    }
    assert [each.get("slice") for each in metrics] == [None, None, "age_band: [0,25)", "age_band: [0,25)"]
    assert card["properties"][-1] == {
        "name": "mlops-spec:gate:fairness/equalized_odds_difference/sex",
        "value": "waived",
    }


def test_equal_evidence_gives_an_equal_bill_and_another_version_another_number() -> None:
    assert bill(evidence()) == bill(evidence())
    assert bill(evidence())["serialNumber"] != bill(evidence(version="v1.4.1"))["serialNumber"]
