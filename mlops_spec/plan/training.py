"""The decision whether a pull request need train: could a run tell what the newest release's did not?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.plan import StagePlan
    from mlops_spec.spec import Spec
    from mlops_spec.spec.weakening import Weakening


def trains(
    old: Spec | None, new: Spec, stages: Iterable[StagePlan], weakened: Iterable[Weakening], *, released: bool
) -> bool:
    """True where a stage runs, or a verdict could be another one, or where that can't be told.

    A promotion, or a change of the documentation, leaves everything that a run reads as the release found it.
    """
    if old is None or not released:
        return True
    return any(stage.runs for stage in stages) or any(weakened) or _judging(old) != _judging(new)


def _judging(spec: Spec) -> Any:
    """What verdicts depend on besides the results: a waiver that is taken back fails a gate, though no stage runs."""
    return spec.evaluate, spec.gates, spec.governance.waivers
