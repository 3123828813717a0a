"""The model card before any number is known: all that the spec declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.evaluate import CustomMetric
from mlops_spec.spec.paths import data_file
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

_LIBRARY = {"skops": "sklearn", "onnx": "onnx"}


def card(spec: Spec) -> dict[str, object]:
    """The card's values: metadata as Hugging Face reads it, then what a reader wants to know."""
    return {
        "spec": spec,
        "pipeline_tag": TASKS[spec.task].pipeline_tag,
        "library": _LIBRARY.get(spec.train.format),
        "metrics": metrics(spec),
        "data_file": data_file(spec.data),
        "requirements": [gate.requirement() for gate in spec.gates],
    }


def metrics(spec: Spec) -> tuple[str, ...]:
    """Names of all that is measured: what `evaluate` lists, then what gates add."""
    named = [each.name if isinstance(each, CustomMetric) else each for each in spec.evaluate.metrics]
    gated = [gate.measure for gate in spec.gates if gate.measure is not None]
    return tuple(dict.fromkeys([*named, *gated]))
