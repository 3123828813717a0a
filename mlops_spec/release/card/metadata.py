"""A card's metadata as Hugging Face reads it: `model-index`, which holds the measured results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.paths import data_file
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.integrity.shapes import Measured
    from mlops_spec.release.card.evidence import Evidence


def model_index(evidence: Evidence) -> list[dict[str, object]]:
    """The one model with its one result: each metric on the test rows, the interval among the metric's arguments."""
    spec, data = evidence.spec, evidence.manifest.data
    if not evidence.metrics:
        return []
    result = {
        "task": {"type": TASKS[spec.task].pipeline_tag},
        "dataset": {
            "type": "tabular",
            "name": data_file(spec.data),
            "split": "test",
            "args": {"sha256": data.sha256, "rows": evidence.evaluation.rows},
        },
        "metrics": [_metric(name, found, spec.evaluate.confidence) for name, found in evidence.metrics.items()],
    }
    return [{"name": spec.model, "results": [result]}]


def _metric(name: str, found: Measured, confidence: float) -> dict[str, object]:
    metric: dict[str, object] = {"type": name, "name": name, "value": found.value}
    if found.low is not None and found.high is not None:
        metric["args"] = {"confidence": confidence, "low": found.low, "high": found.high}
    return metric
