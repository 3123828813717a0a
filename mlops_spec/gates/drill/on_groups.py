"""Attacks on gates that look at parts of the rows: one slice damaged, one group treated otherwise."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.gates.attacks.answers import few
from mlops_spec.gates.attacks.attack import Attack, Blow, answering, draw, only
from mlops_spec.gates.attacks.damages import INVERTED, SHUFFLED, UNUSABLE, damages, guards_quality
from mlops_spec.gates.kinds.weak_slices import columns_of
from mlops_spec.pipeline.answers import slices
from mlops_validators.categories import categories, crossed
from mlops_validators.weak_slices import slices_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.drill.target import Target

_COLUMNS = 5  # in which a slice is damaged that nobody named


def _slice_damaged(case: Case, target: Target) -> Iterator[Blow]:
    """The answers of one value's rows made bad, value by value, all others as they are."""
    gate: Any = target.declared
    if guards_quality(case.spec, gate.metric, gate.min, gate.max):
        for value, rows in slices(case.test[gate.slice]).items():
            yield Blow(_damaged(case, gate.metric, rows), target, f"{gate.slice}={value}")


def _unnamed_slice_damaged(case: Case, target: Target) -> Iterator[Blow]:
    """The same of the smallest slice of a column that the search looks at, for some columns."""
    gate: Any = target.declared
    if not guards_quality(case.spec, gate.metric, gate.min, gate.max):
        return
    smallest: dict[str, tuple[str, np.ndarray]] = {}
    for ((column, value),), rows in slices_of(columns_of(case, gate), len(case.test), min_rows=gate.min_rows):
        if column not in smallest or len(rows) < len(smallest[column][1]):
            smallest[column] = value, rows
    for column, (value, rows) in itertools.islice(smallest.items(), _COLUMNS):
        yield Blow(_damaged(case, gate.metric, rows), target, f"{column}={value}")


def _damaged(case: Case, metric: str, rows: np.ndarray) -> Case:
    claimed = damages(metric)
    damage = claimed.get(INVERTED) or claimed[SHUFFLED]
    score = case.answers.score.copy()
    score[rows] = damage(case.answers.of(rows), draw(case))
    return answering(case, score)


def _threshold_shifted(case: Case, target: Target) -> Iterator[Blow]:
    """One group is answered alike, all yes or all no, whichever is farther from what it was told so far."""
    if case.answers.score.ndim != 1:
        return
    gate: Any = target.declared
    columns = [case.test[column].to_numpy() for column in gate.attributes]
    groups = categories(columns[0]) if len(columns) == 1 else crossed(columns)
    for code, name in enumerate(groups.names):
        rows = groups.codes == code
        told = case.answers.score[~rows] >= case.spec.evaluate.threshold
        score = case.answers.score.astype(np.float64, copy=True)
        score[rows] = 1.0 if not told.size or told.mean() < 0.5 else 0.0
        yield Blow(answering(case, score), target, f"{'+'.join(gate.attributes)}={name}")


def _unusable(case: Case, target: Target) -> Iterator[Blow]:
    for name, damage in UNUSABLE.items():
        yield Blow(answering(case, damage(case.answers, draw(case))), target, name)


def _too_few(case: Case, target: Target) -> Iterator[Blow]:
    yield Blow(only(case, few(case.answers)), target, "a handful")
    yield Blow(only(case, np.arange(0)), target, "none")


UNNAMED_SLICE_DAMAGED = Attack("an unnamed slice damaged", _unnamed_slice_damaged)
SLICE_DAMAGED = Attack("one slice damaged", _slice_damaged)
ON_FAIRNESS = (
    Attack("one group's threshold shifted", _threshold_shifted),
    Attack("NaN and infinity", _unusable),
    Attack("too few rows", _too_few),
)
