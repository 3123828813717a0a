"""Each quantile of a forecast alone: its loss, and the share of values that it is meant to lie above, and does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_validators.quantiles import pinball

if TYPE_CHECKING:
    from mlops_spec.pipeline.answers import Answers


def by_quantile(answers: Answers) -> dict[str, list[dict[str, Any]]]:
    """The section `quantiles`: of each its `level`, the mean `pinball` loss, and the share of values `below` it, or at
    it; none of a forecast of one number. Rows count what they weigh."""
    if not answers.levels:
        return {}
    losses = np.average(pinball(answers.levels, answers.actual, answers.score), axis=0, weights=answers.weights)
    below = np.average(answers.actual[:, None] <= answers.score, axis=0, weights=answers.weights)
    each = zip(answers.levels, losses.tolist(), below.tolist(), strict=True)
    return {"quantiles": [{"level": level, "pinball": loss, "below": share} for level, loss, share in each]}
