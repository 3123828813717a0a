"""The check of several targets, or labels: each of the rows, and the mean and the worst over targets that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.integrity.answered import of_answered
from mlops_spec.integrity.measured import FILE, of_measures
from mlops_spec.package.problem import Problem
from mlops_spec.spec.measures import measured_by_label, measured_by_target
from mlops_spec.spec.metrics import METRICS
from mlops_spec.spec.tasks.regression import WORST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.integrity.shapes import Evaluation
    from mlops_spec.spec import Spec


def of_targets(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    """What is wrong with the section `targets`, and with the measures that follow from it."""
    wanted = measured_by_target(spec)
    named = spec.data.targets if wanted else ()
    if differing := sorted(evaluation.targets.keys() ^ set(named)):
        yield Problem(FILE, f"targets.{differing[0]}", "is missing, or no target of the spec")
    for name, each in evaluation.targets.items():
        if each.rows != evaluation.rows:
            yield Problem(FILE, f"targets.{name}.rows", f"is {each.rows:,}, of {evaluation.rows:,} rows")
        yield from of_measures(spec, each.measures, f"targets.{name}.measures", wanted)
        yield from of_answered(spec, each.answered, each, f"targets.{name}.answered")
    for metric in wanted:
        yield from _of_mean(evaluation, metric)


def of_labels(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    """What is wrong with the section `labels`, which evaluations before it lack."""
    wanted = measured_by_label(spec)
    if differing := sorted(evaluation.labels.keys() ^ set(spec.data.targets if wanted and evaluation.labels else ())):
        yield Problem(FILE, f"labels.{differing[0]}", "is missing, or no label of the spec")
    for name, each in evaluation.labels.items():
        if each.rows > evaluation.rows:
            yield Problem(FILE, f"labels.{name}.rows", f"is {each.rows:,}, of {evaluation.rows:,} rows")
        yield from of_measures(spec, each.measures, f"labels.{name}.measures", wanted)


def _of_mean(evaluation: Evaluation, metric: str) -> Iterator[Problem]:
    """Whether the mean, and the worst, over all targets follow from those of each."""
    values = [found.value for each in evaluation.targets.values() if (found := each.measures.get(metric))]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return
    worst = min(known) if METRICS[metric].higher_is_better else max(known)
    for name, right in ((metric, sum(known) / len(known)), (f"{metric}{WORST}", worst)):
        mine = evaluation.measures.get(name)
        if mine and mine.value is not None and abs(mine.value - right) > 1e-6 * max(1.0, abs(right)):
            yield Problem(FILE, f"measures.{name}", f"is {mine.value}, its targets make it {right}")
