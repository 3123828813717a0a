"""The simple models of texts, which need no training: one text for all rows, and a copy of what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.pipeline.asked_texts import asked_texts
from mlops_spec.pipeline.simple_model import Simple
from mlops_spec.spec.simple_kinds import COPY, MOST_FREQUENT

if TYPE_CHECKING:
    import pandas as pd

    from mlops_spec.spec import Spec


def simple_texts(spec: Spec, references: np.ndarray, test: pd.DataFrame) -> Simple:
    """The most frequent of the training rows' `references` (n,), and the longest feature of text of the test rows."""
    known, counts = np.unique(references, return_counts=True)
    usual = np.full(len(test), known[counts.argmax()], dtype=object)
    asked = asked_texts(spec, test)
    return Simple(COPY, usual, usual, asked[0][1]) if asked else Simple(MOST_FREQUENT, usual, usual, usual)
