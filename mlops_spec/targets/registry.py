"""The registry of targets: what each name in `environments.*.target` means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.targets.batch.target import Scorer
from mlops_spec.targets.local.target import Local

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec.environments import Environment
    from mlops_spec.targets.live import Heard, Kept
    from mlops_spec.targets.target import Host, Target

TARGETS: dict[str, type[Target]] = {
    "local": Local,
    "batch": Scorer,
}


def target_on(host: Host, environment: Environment) -> Target:
    """The target of an environment for the agent on this host."""
    return TARGETS[environment.target].on(host, environment)


def heard(environment: Environment, model: str) -> Heard:
    """What an environment's target says of a model over the network."""
    return TARGETS[environment.target].heard(environment, model)


def kept(state: Path) -> tuple[Kept, ...]:
    """What all targets serve for the agent of this folder."""
    return tuple(each for target in TARGETS.values() for each in target.models(state))


def rename(state: Path, old: str, new: str) -> None:
    """Lets every target go on with a model under another name."""
    for target in TARGETS.values():
        if any(each.name == old for each in target.models(state)):
            target.rename(state, old, new)


def clear(state: Path) -> None:
    """Ends what any target runs for the agent of this folder."""
    for target in TARGETS.values():
        target.clear(state)
