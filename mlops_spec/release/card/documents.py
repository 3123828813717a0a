"""The documents that a release carries beside its evidence: where each lies, and its bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.release.card.bill import bill
from mlops_spec.release.card.markdown import measured_card
from mlops_spec.release.card.statements import judged, release

if TYPE_CHECKING:
    from mlops_spec.release.card.evidence import Evidence

BILL = model_folder.RELEASE / "bill.cdx.json"
TEST_RESULT = model_folder.RELEASE / "test-result.intoto.json"
RELEASE = model_folder.RELEASE / "release.intoto.json"
# Those that the ledger names, by its kind of evidence; the statements hold nothing else.
KINDS = {str(model_folder.CARD): "model-card", str(BILL): "ml-bom"}


def documents(evidence: Evidence, declared_card: str) -> dict[str, bytes]:
    """Path in the release commit → content, for a registered version."""
    return {
        str(model_folder.CARD): measured_card(declared_card, evidence).encode(),
        str(BILL): as_json(bill(evidence)),
        str(TEST_RESULT): as_json(judged(evidence)),
        str(RELEASE): as_json(release(evidence)),
    }


def as_json(value: object) -> bytes:
    """JSON for people to read and `git diff` to compare."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"
