"""Attacks on a gate that judges the order within queries: each query's scores shuffled, and all rows one query."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.gates.attacks.attack import Attack, Blow, answering, draw
from mlops_spec.gates.attacks.damages import guards_quality
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.metric import MetricGate


def _shuffled_within(case: Case, gate: MetricGate) -> Iterator[Blow[MetricGate]]:
    """Between queries all is as it was: only what a ranking is asked for is gone."""
    groups = case.answers.groups
    if not TASKS[case.spec.task].by_query or groups is None or not guards_quality(case.spec, gate):
        return
    _, codes = np.unique(groups, return_inverse=True)
    score = np.empty_like(case.answers.score)
    score[np.argsort(codes, kind="stable")] = case.answers.score[np.lexsort((draw(case).random(len(codes)), codes))]
    yield Blow(answering(case, score), gate)


def _no_queries(case: Case, gate: MetricGate) -> Iterator[Blow[MetricGate]]:
    """Rows of which nobody knows the query, and all of one: neither is a ranking of several."""
    if TASKS[case.spec.task].by_query:
        same = np.zeros(len(case.answers.truth), dtype=np.intp)
        yield Blow(replace(case, answers=replace(case.answers, groups=None)), gate, "not known")
        yield Blow(replace(case, answers=replace(case.answers, groups=same)), gate, "all rows one")


ON_QUERIES = (Attack("shuffled within queries", _shuffled_within), Attack("no queries", _no_queries))
