"""Why a model is touched, each cause once: its stages' own, then what verdicts and environments depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.plan import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.plan import Plan, StagePlan


def causes_of(plan: Plan, since: Iterable[StagePlan], *, new: bool) -> tuple[Cause, ...]:
    """The causes since the base; empty where nothing of the model would change."""
    return tuple(dict.fromkeys(_causes(plan, tuple(since), new=new)))


def _causes(plan: Plan, since: tuple[StagePlan, ...], *, new: bool) -> Iterator[Cause]:
    if new:
        yield Cause("model", plan.model, None, plan.base.problem)
        return
    names = {stage.name for stage in since}
    for stage in since:
        yield from (each for each in stage.causes if each.kind != "after" or each.what not in names)
    yield from (Cause("gate", each.name, None, each.change) for each in plan.gates)
    yield from (Cause("environment", each.name, None, each.change) for each in plan.environments)
    yield from (Cause("rendered", each.path, None, each.change) for each in plan.files)
