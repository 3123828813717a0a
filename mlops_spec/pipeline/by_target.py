"""Each of several numeric targets alone, in `evaluation.json`: its measures, and what its answers are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.pipeline.answered import answered_of
from mlops_spec.pipeline.measured import measure
from mlops_spec.spec.measures import measured_by_target

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec


def by_target(root: Path, spec: Spec, answers: Answers) -> dict[str, dict[str, Any]]:
    """The section `targets`; none of one target, nor of labels, whose measures are not those of one label."""
    metrics = measured_by_target(spec)
    if not metrics:
        return {}
    each = zip(spec.data.targets, answers.by_target, strict=True)
    return {
        "targets": {
            name: {"rows": len(one.truth), "measures": measure(root, spec, metrics, one), **answered_of(spec, one)}
            for name, one in each
        }
    }
