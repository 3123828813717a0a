"""The linter's table of measures is that of the measures themselves, which it can't load."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from mlops_spec.spec.metrics import METRICS
from mlops_spec.spec.tasks import TASKS
from mlops_validators import Costs, expected_cost, precision_at, quantile_measure, ranking_measure
from mlops_validators.measures import MEASURES


def test_names_tasks_directions_and_ranges_are_the_measures_own() -> None:
    table = {name: (_tasks(name), m.higher_is_better, m.low, m.high) for name, m in METRICS.items()}

    at = {name: 5 for name in TASKS["ranking"].metrics if name.endswith("_at_k")}
    ranking = [ranking_measure(name, at.get(name)) for name in TASKS["ranking"].metrics]
    quantiles = [quantile_measure(name, [0.1, 0.5, 0.9]) for name in TASKS["forecasting"].of_quantiles]
    made = {
        measure.name: measure
        for measure in (precision_at(5), replace(expected_cost(Costs(1, 5)), low=-inf, high=inf), *ranking, *quantiles)
    }
    assert table == {n: (m.tasks, m.higher_is_better, m.low, m.high) for n, m in (MEASURES | made).items()}


def _tasks(metric: str) -> tuple[str, ...]:
    return tuple(task.name for task in TASKS.values() if metric in task.metrics)


def test_a_measure_of_several_tasks_is_the_same_in_each() -> None:
    assert all(METRICS[name] == metric for task in TASKS.values() for name, metric in task.metrics.items())


def test_what_is_usually_measured_is_a_measure_of_the_task() -> None:
    assert all({*task.usual} <= {*task.metrics} for task in TASKS.values())


def test_chance_lies_between_worst_and_best() -> None:
    for name, metric in METRICS.items():
        assert min(metric.worst, metric.best) <= metric.chance <= max(metric.worst, metric.best), name
