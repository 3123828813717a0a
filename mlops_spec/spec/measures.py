"""The measures that evaluation, gates and monitor name, and the bounds that they are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.tasks.regression import WORST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address
    from mlops_spec.spec import Spec


class Bound(NamedTuple):
    """A measure and what it must reach; `address` is the mapping that says so."""

    address: Address
    metric: str
    min: float | None
    max: float | None


def bounds(spec: Spec) -> Iterator[Bound]:
    """Every place where a measure is held against a bound."""
    for index, gate in enumerate(spec.gates):
        if gate.measure is not None and gate.limits is not None:
            yield Bound(("gates", index), gate.measure, *gate.limits)
    if spec.monitor and (watched := spec.monitor.performance):
        yield Bound(("monitor", "performance"), watched.metric, watched.min, watched.max)


def measures(spec: Spec) -> Iterator[tuple[Address, str]]:
    """Every place where a measure is named."""
    for index, metric in enumerate(spec.evaluate.metrics):
        if isinstance(metric, str):
            yield ("evaluate", "metrics", index), metric
    for index, gate in enumerate(spec.gates):
        if gate.measure is not None:
            yield ("gates", index, "metric"), gate.measure
    if spec.monitor and spec.monitor.performance:
        yield ("monitor", "performance", "metric"), spec.monitor.performance.metric


def measured(spec: Spec) -> list[str]:
    """The metrics to measure: those that `evaluate` names (else the task's usual ones), the cost, and the gates'."""
    named = [metric if isinstance(metric, str) else metric.name for metric in spec.evaluate.metrics]
    cost = ["expected_cost"] if spec.evaluate.cost and TASKS[spec.task].has("cost") else []
    gates = [gate.measure for gate in spec.gates if gate.measure is not None]
    usual = [
        *(TASKS[spec.task].usual if spec.data.targets else ()),
        *(TASKS[spec.task].of_quantiles if spec.data.quantiles else ()),
    ]
    return list(dict.fromkeys([*(named or usual), *cost, *gates]))


def stock_measures(spec: Spec) -> list[str]:
    """The measures of the task that are not the user's own; none where rows have nothing to hold answers against."""
    return [*TASKS[spec.task].metrics] if spec.data.targets else []


def measured_by_target(spec: Spec) -> list[str]:
    """Of several numeric targets the metrics that each is measured by alone; the user's own know all of them only."""
    if TASKS[spec.task].of_classes or len(spec.data.targets) < 2:
        return []
    named = (metric.removesuffix(WORST) for metric in measured(spec) if metric not in spec.evaluate.own)
    return list(dict.fromkeys(named))


def measured_by_label(spec: Spec) -> list[str]:
    """Of several labels the metrics that each is measured by alone; none of other tasks."""
    task = TASKS[spec.task]
    return ["precision", "recall", "f1"] if task.of_classes and task.targets == "several" else []


def sliced(spec: Spec) -> list[str]:
    """The columns whose values are measured one by one: those that `evaluate` names, protected ones, and the gates'."""
    gates = [column for gate in spec.gates if (column := gate.demand(spec.evaluate).column) is not None]
    return list(dict.fromkeys([*spec.evaluate.slices, *spec.data.protected, *gates]))


def champions(spec: Spec) -> tuple[str, ...]:
    """The environments whose live versions the gates compare with."""
    return tuple(dict.fromkeys(gate.environment for gate in spec.gates if gate.environment is not None))


def may_accept(spec: Spec) -> list[str]:
    """Whose word counts where a gate waits for one: owners, and who approves for an environment."""
    approvers = (name for each in spec.environments.values() for name in each.promote.approvers)
    return list(dict.fromkeys([*spec.owners, *approvers]))
