"""The linter's table of measures is that of the measures themselves, which it can't load."""

from __future__ import annotations

from mlops_spec.spec.metrics import METRICS
from mlops_validators.measures import MEASURES


def test_names_tasks_directions_and_ranges_are_the_measures_own() -> None:
    table = {name: (m.tasks, m.higher_is_better, m.low, m.high) for name, m in METRICS.items()}

    assert table == {name: (m.tasks, m.higher_is_better, m.low, m.high) for name, m in MEASURES.items()}


def test_chance_lies_between_worst_and_best() -> None:
    for name, metric in METRICS.items():
        assert min(metric.worst, metric.best) <= metric.chance <= max(metric.worst, metric.best), name
