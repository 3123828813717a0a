"""The halves of tasks that read the target, by the task's name; `mlops_spec.spec.tasks` has the light ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.pipeline.tasks import (
    binary,
    custom,
    forecasting,
    generation,
    multiclass,
    multilabel,
    ranking,
    regression,
)
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.pipeline.tasks.target import Target

TARGETS: dict[str, Target] = dict(
    zip(
        TASKS,
        (
            binary.TARGET,
            multiclass.TARGET,
            regression.TARGET,
            multilabel.TARGET,
            forecasting.TARGET,
            ranking.TARGET,
            generation.TARGET,
            custom.TARGET,
        ),
        strict=True,
    )
)
