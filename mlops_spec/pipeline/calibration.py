"""The parts of a Brier score: how true the probabilities are, how much they tell apart, what is left to chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_validators.calibration import brier_parts
from mlops_validators.outcomes import top_label

if TYPE_CHECKING:
    from mlops_spec.pipeline.answers import Answers


def calibration_of(answers: Answers) -> dict[str, float | str]:
    """Murphy's parts over ten bins; of several classes, of whether the most probable one was right.

    `brier_score` = `reliability` - `resolution` + `uncertainty` + `within`. Where the rows don't define them, `reason`
    says why.
    """
    try:
        several = answers.score.ndim == 2
        truth, probability = top_label(answers.truth, answers.score) if several else (answers.truth, answers.score)
        parts = brier_parts(truth, probability)
    except ValueError as error:
        return {"reason": str(error)}
    return {
        "brier_score": parts.score,
        "reliability": parts.reliability,
        "resolution": parts.resolution,
        "uncertainty": parts.uncertainty,
        "within": parts.within,
    }
