"""The interval of the worst of several targets, from those of each.

Which target is the worst is not known, so resamples of the worst are too bad: of three alike their intervals held the
truth in 88 of 100. So each end is the worst of the targets' own ends. On the worse side that needs no allowance: a
bound is kept by the worst if each keeps it, and the one that is the worst in truth errs no oftener than it may. On the
better side any of k targets may err, so each of them has the k-th part of the error.

Source: Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling" (1982), of the intersection-union test;
Bonferroni's inequality.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.resampling import Resampling

if TYPE_CHECKING:
    from mlops_validators.arrays import Anything, Floats
    from mlops_validators.interval import Interval

Among = Callable[[int], Resampling]
"""A target's interval at a level that it shares with so many."""


def of_worst_target(targets: Sequence[Among], *, higher_is_better: bool) -> Resampling:
    """The interval of the worst, which waits for the replicates of all; `higher_is_better` is the measure's direction.

    Source: see the module.

    >>> from mlops_validators.bootstrap import single
    >>> from mlops_validators.interval import Interval
    >>> flat = Resampling(lambda weights: weights @ [0.0, 1.0], single(2), lambda drawn: Interval(1.0, 0.5, 1.5, "bca"))
    >>> of_worst_target([lambda among: flat] * 2, higher_is_better=True).interval(np.zeros((5, 2))).value
    1.0
    """
    alone, sharing = ([of(among) for of in targets] for among in (1, len(targets)))
    design = alone[0].design
    widths = [part.kernel(design.counts[None]).reshape(1, -1).shape[1] for part in alone]

    def of_all(weights: Anything) -> Floats:
        return np.concatenate([part.kernel(weights).reshape(len(weights), -1) for part in alone], axis=1)

    def found(drawn: Floats) -> Interval:
        each = [part if part.shape[1] > 1 else part[:, 0] for part in np.split(drawn, np.cumsum(widths)[:-1], axis=1)]
        worse, better = (
            [one.interval(part) for one, part in zip(some, each, strict=True)] for some in (alone, sharing)
        )
        return worst(worse, better, higher_is_better=higher_is_better)

    return Resampling(of_all, design, found, alone[0].together)


def worst(alone: Sequence[Interval], sharing: Sequence[Interval], *, higher_is_better: bool) -> Interval:
    """Of intervals at their own level and at a shared one; in a measure where higher or lower is better.

    Source: see the module.

    >>> from mlops_validators.interval import Interval
    >>> one, other = Interval(0.5, 0.4, 0.6, "bca"), Interval(0.7, 0.6, 0.8, "bca")
    >>> worst([one, other], [one, other], higher_is_better=False).low
    0.6
    """
    pick = min if higher_is_better else max
    low, high = (alone, sharing) if higher_is_better else (sharing, alone)
    doubt = next(filter(None, (found.doubt for found in alone)), "")
    return replace(
        alone[0],
        value=pick(found.value for found in alone),
        low=-np.inf if doubt else pick(found.low for found in low),
        high=np.inf if doubt else pick(found.high for found in high),
        doubt=doubt,
    )
