"""The time of a rehearsal, split by what it went to: training, DVC, act, uv, servers, mlops-spec."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.rehearse.run import Run, Step

Part = Literal["training", "DVC", "act", "uv", "servers", "mlops-spec"]
PARTS: tuple[Part, ...] = ("training", "DVC", "act", "uv", "servers", "mlops-spec")

_OURS = {"split", "evaluate", "package"}
_STAGE = regex(r"^\S+ (\S+) +ran +(\d+\.\d) s$")  # a line of `mlops-spec run`
_COMMANDS: tuple[tuple[str, Part], ...] = (
    ("uv sync", "uv"),
    ("mlops-spec promote ask", "servers"),  # it waits for the agent
    ("mlops-spec ", "mlops-spec"),
)


def of_run(run: Run) -> dict[Part, float]:
    """Seconds by part, which add up to the run's."""
    steps = [step for job in run.jobs for step in job.steps if step.seconds > 0]
    moments = sorted({step.started for step in steps} | {step.started + step.seconds for step in steps})
    total: defaultdict[Part, float] = defaultdict(float)
    for start, end in itertools.pairwise(moments):
        active = [step for step in steps if step.started <= start and end <= step.started + step.seconds]
        for step in active:
            for part, share in _shares(step).items():
                total[part] += (end - start) / len(active) * share
    total["act"] += max(0.0, run.seconds - sum(total.values()))
    return dict(total)


def added(parts: Iterable[dict[Part, float]]) -> dict[Part, float]:
    """The sum of several."""
    total: defaultdict[Part, float] = defaultdict(float)
    for each in parts:
        for part, seconds in each.items():
            total[part] += seconds
    return dict(total)


def _shares(step: Step) -> dict[Part, float]:
    """What parts of a step's time belong to whom; they add up to 1."""
    if "mlops-spec run" in step.name:
        return _pipeline_shares(step)
    return {next((part for words, part in _COMMANDS if words in step.name), "act"): 1.0}


def _pipeline_shares(step: Step) -> dict[Part, float]:
    found = [(match[1], float(match[2])) for line in step.output if (match := _STAGE.match(line))]
    ours = sum(seconds for name, seconds in found if name in _OURS) / step.seconds
    theirs = sum(seconds for name, seconds in found if name not in _OURS) / step.seconds
    return {"mlops-spec": ours, "training": theirs, "DVC": max(0.0, 1 - ours - theirs)}
