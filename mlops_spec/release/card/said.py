"""The evidence in each of the forms that `card` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlops_spec.release.card.bill import bill
from mlops_spec.release.card.documents import as_json
from mlops_spec.release.card.markdown import measured_card
from mlops_spec.release.card.metadata import model_index
from mlops_spec.release.card.statements import statements

if TYPE_CHECKING:
    from mlops_spec.release.card.evidence import Evidence

FORMATS = ("markdown", "json", "cyclonedx", "in-toto")


def said(evidence: Evidence, declared_card: str, form: str) -> str:
    """The text of a card in a format of `FORMATS`; statements are one to a line."""
    if form == "markdown":
        return measured_card(declared_card, evidence)
    if form == "in-toto":
        return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in statements(evidence))
    return as_json(bill(evidence) if form == "cyclonedx" else _facts(evidence)).decode()


def _facts(evidence: Evidence) -> dict[str, Any]:
    bundle, evaluation = evidence.bundle, evidence.evaluation.model_dump()
    gates = json.loads(bundle.files["gate.json"])["gates"]
    return {
        "model": evidence.spec.model,
        "version": evidence.version,
        "digest": bundle.digest,
        "commit": bundle.commit,
        "rows": evaluation["rows"],
        "measures": evaluation["measures"],
        "calibration": evaluation["calibration"],
        "slices": evaluation["slices"],
        "targets": evaluation["targets"],
        "labels": evaluation["labels"],
        "gates": gates,
        "model_index": model_index(evidence),
    }
