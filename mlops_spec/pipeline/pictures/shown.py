"""What the pictures of an evaluation are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Shown:
    """What is drawn: `train_score` are answers for training rows, `evaluation` is what `evaluation.json` holds."""

    spec: Spec
    test: pd.DataFrame
    answers: Answers
    train_score: np.ndarray
    evaluation: Mapping[str, Any]

    @property
    def confidence(self) -> float:
        """Of every interval that is drawn."""
        return self.spec.evaluate.confidence

    @property
    def level(self) -> str:
        """What a band or a bar is, in the words of a legend."""
        return f"{self.confidence:.0%} interval"
