"""The bill of materials: the model, its data, files and libraries as a CycloneDX 1.6 ML-BOM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.integrity.shapes import Measured, Slice
    from mlops_spec.package.manifest import PackagedFile
    from mlops_spec.release.card.evidence import Evidence

Json = dict[str, Any]
_DATA = "data"
_NOT_LIBRARIES = {"python"}  # the rest of the manifest's versions are distributions of the Python Package Index


def bill(evidence: Evidence) -> Json:
    """The bill, as CycloneDX 1.6 describes it in JSON; equal evidence gives an equal bill, so it has no time."""
    parts = [_data(evidence), *map(_file, evidence.manifest.files), *_libraries(evidence)]
    model = _model(evidence)
    name = "/".join(filter(None, (evidence.bundle.digest, evidence.version)))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, name)}",
        "version": 1,
        "metadata": {"component": model},
        "components": parts,
        "dependencies": [{"ref": model["bom-ref"], "dependsOn": [each["bom-ref"] for each in parts]}],
    }


def _model(evidence: Evidence) -> Json:
    spec, bundle = evidence.spec, evidence.bundle
    return {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": spec.model,
        **({"version": evidence.version} if evidence.version else {}),
        **({"description": spec.description} if spec.description else {}),
        "hashes": _sha256(bundle.digest.removeprefix("sha256:")),
        "pedigree": {"commits": [{"uid": bundle.commit}]},
        "modelCard": _card(evidence),
    }


def _card(evidence: Evidence) -> Json:
    manifest, governance = evidence.manifest, evidence.spec.governance
    considerations = {
        "users": evidence.spec.owners,
        "useCases": [governance.intended_use] if governance.intended_use else [],
        "technicalLimitations": governance.out_of_scope,
    }
    return {
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": manifest.task,
            "datasets": [{"ref": _DATA}],
            "inputs": [{"format": f"{each.name}: {each.datatype}"} for each in manifest.signature.inputs],
            "outputs": [{"format": f"{each.name}: {each.datatype}"} for each in manifest.signature.outputs],
        },
        "quantitativeAnalysis": {"performanceMetrics": list(_performance(evidence))},
        "considerations": {name: value for name, value in considerations.items() if value},
        "properties": [
            {
                "name": f"mlops-spec:gate:{gate.id}",
                "value": "accepted" if gate.accepted else "waived" if gate.waived_until else gate.verdict,
            }
            for gate in evidence.bundle.gates
        ],
    }


def _performance(evidence: Evidence) -> Iterator[Json]:
    for name, found in evidence.metrics.items():
        yield _metric(name, found)
    whole = evidence.evaluation
    parts: dict[str, Mapping[str, Slice]] = {"target": whole.targets, "label": whole.labels, **whole.slices}
    for column, values in parts.items():
        for value, each in values.items():
            for name, found in each.measures.items():
                if found.value is not None:
                    yield _metric(name, found) | {"slice": f"{column}: {value}"}


def _metric(name: str, found: Measured) -> Json:
    metric: Json = {"type": name, "value": str(found.value)}
    if found.low is not None and found.high is not None:
        metric["confidenceInterval"] = {"lowerBound": str(found.low), "upperBound": str(found.high)}
    return metric


def _data(evidence: Evidence) -> Json:
    data = evidence.manifest.data
    name = data_file(evidence.spec.data)
    rows = {"name": "mlops-spec:rows", "value": str(data.rows)}
    content = {"type": "dataset", "name": name, "contents": {"properties": [rows]}}
    return {"type": "data", "bom-ref": _DATA, "name": name, "hashes": _sha256(data.sha256), "data": [content]}


def _file(file: PackagedFile) -> Json:
    return {"type": "file", "bom-ref": f"file:{file.path}", "name": file.path, "hashes": _sha256(file.sha256)}


def _libraries(evidence: Evidence) -> Iterator[Json]:
    for name, version in sorted(evidence.manifest.versions.items()):
        if name in _NOT_LIBRARIES:
            yield {"type": "platform", "bom-ref": name, "name": name, "version": version}
        else:
            purl = f"pkg:pypi/{quote(name)}@{quote(version)}"
            yield {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _sha256(digest: str) -> list[Json]:
    return [{"alg": "SHA-256", "content": digest}]
