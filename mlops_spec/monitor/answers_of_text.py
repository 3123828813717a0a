"""The check of a live model's texts without references: whether lengths, words, or the share of empty ones moved."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.monitor.inputs import check_drift
from mlops_spec.monitor.predictions import Live
from mlops_spec.pipeline.answered_texts import looked_at
from mlops_spec.spec.watch import Drift

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.monitor.check import Check
    from mlops_spec.pipeline.reference import Column

_BOUNDS = Drift(method="psi", max=0.2, columns="all").model_copy(update={"share": inf})  # each column by itself


def check_texts(reference: Mapping[str, Column], live: Live) -> Check:
    """Whether the answers moved from those to the test rows; `reference` is of these."""
    texts = Live(looked_at(live.scores), live.names, np.empty(0))
    found = check_drift(_BOUNDS, reference, texts)
    told = found.told if reference else "the package says nothing of its test rows' answers: not checked"
    return replace(found, name="answers", told=told.replace("rows were asked", "rows were answered"))
