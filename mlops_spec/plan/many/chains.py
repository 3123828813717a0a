"""The models that train, in the order of what they read of one another; those that do belong into one job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.plan.matrix import Training

if TYPE_CHECKING:
    from mlops_spec.plan.many import Plans


def trainings(plans: Plans) -> list[Training]:
    """What the matrix is made of: each model behind those whose outputs it reads."""
    training = {each.model: each for each in plans.affected if each.trains}
    follows = {name: sorted(each.follows & training.keys()) for name, each in training.items()}
    first: dict[str, str] = {name: name for name in training}
    for name, others in follows.items():
        joined = {first[name], *(first[other] for other in others)}
        if len(joined) > 1:
            first = {each: min(joined) if chain in joined else chain for each, chain in first.items()}
    return [
        Training(name, training[name].compute, training[name].plan.seconds, first[name]) for name in _in_order(follows)
    ]


def _in_order(follows: dict[str, list[str]]) -> list[str]:
    """Of models that read one another in a circle the first by name goes first."""
    done: dict[str, None] = {}
    waiting = sorted(follows)
    while waiting:
        ready = [name for name in waiting if all(other in done or other == name for other in follows[name])]
        done |= dict.fromkeys(ready or waiting[:1])
        waiting = [name for name in waiting if name not in done]
    return list(done)
