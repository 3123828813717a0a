"""What GitHub reads in a repository of many models, from what all share; of the models themselves the owners alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.platforms.github.outputs.environments import scored_in
from mlops_spec.platforms.github.outputs.many import shared_workflows
from mlops_spec.platforms.github.outputs.owners import shared_owners
from mlops_spec.platforms.github.outputs.rulesets import shared_rulesets
from mlops_spec.platforms.github.outputs.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.place import Place
    from mlops_spec.render.output import Output
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared


def shared_outputs(shared: Shared, models: Iterable[tuple[Place, Spec]]) -> Iterator[Output]:
    """Workflows, owners, rulesets and the settings of bots."""
    yield from shared_workflows(shared)
    runners = [shared.train.compute.label, *shared.runners, *(each.runner for each in scored_in(shared))]
    owned = shared_owners(shared, tuple(models))
    yield from settings(owned, dict.fromkeys(runners), shared_rulesets(shared), str(layout.PROJECT))
