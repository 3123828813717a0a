"""GitHub's matrix of the models that train: groups that take equally long, each on a runner that its models ask for."""

from __future__ import annotations

import heapq
import json
import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Failure
from mlops_spec.platforms.github.runners import is_githubs
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlops_spec.spec.compute import Compute

#: Jobs of one matrix, and minutes of a job on GitHub's machines and on others.
#: https://docs.github.com/actions/reference/limits
MOST_JOBS, MOST_MINUTES, MOST_MINUTES_ELSEWHERE = 256, 360, 5 * 24 * 60


@dataclass(frozen=True)
class Training:
    """A model that trains: where, how long at most, and how long it took before (seconds; None: no run tells).

    Models of the same `chain` read one another's outputs, and so train in one job.
    """

    model: str
    compute: Compute
    seconds: float | None
    chain: str = ""


@dataclass(frozen=True)
class _Unit:
    """What stays in one job: a model, or those of a chain."""

    trainings: tuple[Training, ...]
    seconds: float

    @property
    def runner(self) -> str:
        return runs_on(self.trainings[0].compute)


def matrix(trainings: Sequence[Training], most: int) -> dict[str, Any]:
    """What `strategy.matrix` takes: at most so many groups of models, as `include`; an empty one where nothing trains.

    Each has `group`, a name that no other has; `models` by their names, in the order that they train in; `runner`,
    JSON for `runs-on`; `minutes` for `timeout-minutes`; and the `seconds` that they took before.

    Raises:
        Failure: the models ask for more different runners than there may be groups (exit 2).
    """
    by_runner: dict[str, list[_Unit]] = defaultdict(list)
    for unit in _units(trainings):
        by_runner[unit.runner].append(unit)
    if len(by_runner) > most:
        raise Failure(
            f"--matrix {most}: the models train on {len(by_runner)} different runners, and each needs a group",
            remedy=f"--matrix {len(by_runner)}, or fewer labels in `train.compute`",
        )
    counts = _group_counts(dict(sorted(by_runner.items())), most)
    groups = [group for runner, count in counts.items() for group in _balanced(by_runner[runner], count)]
    return {"include": sorted(map(_entry, groups), key=lambda entry: (-entry["seconds"], entry["group"]))}


def runs_on(compute: Compute) -> str:
    """The value of `runs-on` as JSON."""
    labels = {"labels": compute.label} if compute.label else {}
    return json.dumps({"group": compute.group, **labels} if compute.group else compute.label)


def _units(trainings: Sequence[Training]) -> list[_Unit]:
    """Where no run tells how long a model takes, it is thought to take what half of the others don't exceed."""
    known = [each.seconds for each in trainings if each.seconds is not None]
    usual = median(known) if known else 60.0
    chains: dict[tuple[str, str], list[Training]] = defaultdict(list)
    for each in trainings:
        chains[each.chain or each.model, "" if each.chain else each.model].append(each)
    return [
        _Unit(tuple(chain), sum(usual if each.seconds is None else each.seconds for each in chain))
        for chain in chains.values()
    ]


def _group_counts(by_runner: Mapping[str, Sequence[_Unit]], most: int) -> dict[str, int]:
    """How many groups each runner's models get: one, and then one more where a group would take longest."""
    counts = dict.fromkeys(by_runner, 1)
    work = {runner: sum(unit.seconds for unit in units) for runner, units in by_runner.items()}
    for _ in range(most - len(counts)):
        open_ = [runner for runner, count in counts.items() if count < len(by_runner[runner])]
        if not open_:
            break
        counts[max(open_, key=lambda runner: (work[runner] / counts[runner], len(by_runner[runner])))] += 1
    return counts


def _balanced(units: Iterable[_Unit], count: int) -> list[list[_Unit]]:
    """The longest first, each to the group that has least to do so far."""
    groups: list[list[_Unit]] = [[] for _ in range(count)]
    loads = [(0.0, 0, place) for place in range(count)]
    for unit in sorted(units, key=lambda unit: (-unit.seconds, unit.trainings[0].model)):
        load, members, place = heapq.heappop(loads)
        groups[place].append(unit)
        heapq.heappush(loads, (load + unit.seconds, members + 1, place))
    return groups


def _entry(group: Sequence[_Unit]) -> dict[str, Any]:
    trainings = [each for unit in group for each in unit.trainings]
    first, *others = (each.model for each in trainings)
    return {
        "group": f"{first}+{len(others)}" if others else first,  # no model's name holds a plus
        "models": " ".join([first, *others]),
        "runner": group[0].runner,
        "minutes": _minutes(trainings),
        "seconds": math.ceil(sum(unit.seconds for unit in group)),
    }


def _minutes(trainings: Sequence[Training]) -> int:
    asked = sum(math.ceil(seconds(each.compute.timeout) / 60) for each in trainings)
    label = trainings[0].compute.label
    return min(asked, MOST_MINUTES if is_githubs(label) else MOST_MINUTES_ELSEWHERE)
