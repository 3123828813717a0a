"""Attacks on a gate that judges several targets, or labels, at once: columns mixed up, and one of them damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.gates.attacks.answers import constant, moved_on
from mlops_spec.gates.attacks.attack import Attack, Blow, answering, draw
from mlops_spec.gates.attacks.damages import guards_quality
from mlops_spec.pipeline.measured import measure_named
from mlops_spec.spec.tasks.regression import WORST
from mlops_validators import estimate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.metric import MetricGate

_COLUMNS = 5  # that are damaged one by one


def _mixed_up(case: Case, gate: MetricGate) -> Iterator[Blow[MetricGate]]:
    """None where the truth itself keeps the bound when mixed up so: such columns are alike, and nothing tells them."""
    if case.answers.actual.ndim == 2 and guards_quality(case.spec, gate) and not _alike(case, gate):
        yield Blow(answering(case, moved_on(case.answers, draw(case))), gate)


def _alike(case: Case, gate: MetricGate) -> bool:
    truth, threshold = case.answers.truth.astype(np.float64), case.spec.evaluate.threshold
    try:
        measure = measure_named(case.root, case.spec, gate.metric)
        value = estimate(measure, case.answers.truth, np.roll(truth, 1, axis=1), threshold=threshold)
    except ValueError:
        return True
    return (gate.min is None or value >= gate.min) and (gate.max is None or value <= gate.max)


def _one_damaged(case: Case, gate: MetricGate) -> Iterator[Blow[MetricGate]]:
    """A measure of the worst target claims to see each; a mean over all does not."""
    if case.answers.actual.ndim == 1 or not gate.metric.endswith(WORST) or not guards_quality(case.spec, gate):
        return
    knows_nothing = constant(case.answers, draw(case))
    for place, name in list(enumerate(case.spec.data.targets))[:_COLUMNS]:
        score = case.answers.score.copy()
        score[:, place] = knows_nothing[:, place]
        yield Blow(answering(case, score), gate, name)


ON_TARGETS = (Attack("targets mixed up", _mixed_up), Attack("one target damaged", _one_damaged))
