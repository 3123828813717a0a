"""Each of several labels alone, in `evaluation.json`: how many rows have it, and how well it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.pipeline.measured import measure
from mlops_spec.spec.measures import measured_by_label

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec


def by_label(root: Path, spec: Spec, answers: Answers) -> dict[str, dict[str, Any]]:
    """The section `labels`: of each the test `rows` that have it, and its precision, recall and F1 with intervals, or
    why there is none, such as of a label that no row was told; none of a task without labels."""
    metrics = measured_by_label(spec)
    if not metrics:
        return {}
    each = zip(spec.data.targets, answers.by_target, strict=True)
    return {
        "labels": {
            name: {"rows": int(np.count_nonzero(one.truth)), "measures": measure(root, spec, metrics, one)}
            for name, one in each
        }
    }
