"""What is live on a host of models that main has no more: nobody asked for its end, so it stays until somebody does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.deploy.chosen import is_meant
from mlops_spec.deploy.passes import Done
from mlops_spec.errors import Exit, Failure
from mlops_spec.targets.registry import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mlops_spec.deploy.passes import Settings


def orphans(settings: Settings, known: Collection[str], retire: Callable[[str, str], None]) -> Iterator[Done]:
    """One result for each; `retire` ends what is served under a name of a model that was asked to end.

    Raises:
        Failure: main has a model that was asked to end (78).
    """
    if wrong := sorted({*settings.retire} & {*known}):
        raise Failure(
            f"main has {', '.join(wrong)} in {settings.environment}, so it is served",
            exit_code=Exit.CONFIG,
            remedy="Remove the model, or its environment, on main first.",
        )
    for each in kept(settings.state):
        if each.model in known or not each.digests or not is_meant(settings, each.model):
            continue
        if each.model in settings.retire:
            retire(each.name, each.model)
            yield Done(settings.environment, "retired", model=each.model)
        else:
            said = f"main has no such model there any more; to end it: --retire {each.model}"
            yield Done(settings.environment, "orphaned", reason=said, model=each.model)
