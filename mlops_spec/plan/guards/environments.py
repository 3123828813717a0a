"""A shorter way to an environment: fewer people, less time, less watching of rollouts and requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.environments import Batch, Rollout
from mlops_spec.spec.weakening import changed, fell, gained, lost, rose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Comparison, Environment, Promote
    from mlops_spec.spec.weakening import Weakening

_ANSWERS = ("reject", "flag", "off")


def environments(old: Spec, new: Spec) -> Iterator[Weakening]:
    """Compares the environments that are in both; one that came or went is no weaker guard."""
    for name, before in old.environments.items():
        if name in new.environments:
            yield from _environment(f"environments.{name}", before, new.environments[name])


def serving(old: Spec, new: Spec) -> Iterator[Weakening]:
    """What becomes of rows outside the contract."""
    before, after = old.serve.contract, new.serve.contract
    weaker = _ANSWERS.index(after) > _ANSWERS.index(before)
    yield from changed("serve.contract", before, after, weaker=weaker)


def _environment(where: str, old: Environment, new: Environment) -> Iterator[Weakening]:
    yield from changed(f"{where}.after", old.after, new.after, weaker=new.after == "merge" != old.after)
    yield from _promote(f"{where}.promote", old.promote, new.promote)
    if isinstance(old.rollout, Rollout) and isinstance(new.rollout, Rollout):
        yield from _rollout(f"{where}.rollout", old.rollout, new.rollout)
    if isinstance(old, Batch) and isinstance(new, Batch):
        yield from rose(f"{where}.max_refused", old.max_refused, new.max_refused)
        yield from _bounds(f"{where}.rollout", old.rollout, new.rollout)


def _promote(where: str, old: Promote, new: Promote) -> Iterator[Weakening]:
    """Approvers: one who is gone looks no longer, one who is new may let through what others would not."""
    yield from fell(f"{where}.approvals", old.approvals, new.approvals)
    yield from lost(f"{where}.approvers", old.approvers, new.approvers)
    if old.approvers:
        yield from gained(f"{where}.approvers", old.approvers, new.approvers)
    yield from fell(f"{where}.soak", old.soak, new.soak)


def _rollout(where: str, old: Rollout, new: Rollout) -> Iterator[Weakening]:
    yield from fell(f"{where}.shadow", old.shadow, new.shadow)
    yield from rose(f"{where}.canary", _first_percentage(old), _first_percentage(new))
    yield from fell(f"{where}.watch", old.watch, new.watch)
    yield from _bounds(where, old, new)
    yield from rose(f"{where}.max_error_rate", old.max_error_rate, new.max_error_rate)
    yield from rose(f"{where}.max_p99", old.max_p99, new.max_p99)


def _bounds(where: str, old: Rollout | Comparison, new: Rollout | Comparison) -> Iterator[Weakening]:
    yield from fell(f"{where}.min_samples", old.min_samples, new.min_samples)
    yield from rose(f"{where}.max_score_shift", old.max_score_shift, new.max_score_shift)
    yield from rose(f"{where}.max_disagreement", old.max_disagreement, new.max_disagreement)


def _first_percentage(rollout: Rollout) -> int | None:
    return rollout.canary[0] if rollout.canary else None
