"""The quantiles that a forecast comes with: what its columns are called, and one model's answers beside another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.package.manifest import Scalar
    from mlops_spec.spec.data import Data

_MEDIAN = "q0.5"


def quantile_names(data: Data) -> list[str]:
    """What the columns of an answer are called, such as `q0.1`; none of a forecast of one number."""
    return [f"q{level:g}" for level in data.quantiles]


def told_at(score: np.ndarray, own: Sequence[Scalar], wanted: Sequence[Scalar]) -> np.ndarray:
    """The answers (n,) or (n, k) of a model with quantiles of its `own`, or none, as (n, m) of those that are wanted.

    One number a row is every quantile of itself: a forecast that is sure. Raises ValueError where a quantile that is
    wanted is none of its own.
    """
    if list(own) == list(wanted):
        return score
    if not wanted:
        return np.asarray(score[:, list(own).index(_MEDIAN)])
    if not own:
        return np.repeat(score[:, None], len(wanted), axis=1)
    if lacking := [str(name) for name in wanted if name not in own]:
        raise ValueError(f"it answers {', '.join(map(str, own))}, and not {', '.join(lacking)}")
    return np.asarray(score[:, [list(own).index(name) for name in wanted]])
