"""The choice of the models that an agent serves: those of main that have its environment, at one address."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.environments import Server

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlops_spec.deploy.found import Found
    from mlops_spec.deploy.passes import Settings
    from mlops_spec.spec.environments import Environment

_SHOWN = 8


def is_meant(settings: Settings, model: str) -> bool:
    """Whether this agent was told to serve a model, or all."""
    return not settings.models or model in settings.models


def chosen(found: Sequence[Found], settings: Settings) -> dict[str, tuple[Found, Environment]]:
    """The models to serve by name, each with its environment; those that have no spec are none of them.

    Raises:
        Failure: main has not those that were asked for, or none that has the environment (78); its only model has no
            valid spec (2).
    """
    first = found[0]
    if first.alone and isinstance(first.spec, Failure):
        raise first.spec
    known = {each.name for each in found}
    if absent := sorted({*settings.models} - known):
        raise Failure(f"main has no model {', '.join(absent)}; it has {listed(known)}", exit_code=Exit.CONFIG)
    mine = [each for each in found if is_meant(settings, each.name)]
    serving = {each.name: (each, told) for each in mine if (told := _environment(each, settings)) is not None}
    if not serving and not any(isinstance(each.spec, Failure) for each in mine):
        raise _nowhere(mine, settings.environment)
    return serving


def other_addresses(serving: Mapping[str, Environment]) -> dict[str, Failure]:
    """The models that want another address than the most do: one server has one."""
    wanted = {name: each.listen for name, each in serving.items() if isinstance(each, Server)}
    counts = Counter(wanted.values())
    if len(counts) < 2:
        return {}
    usual = min(counts, key=lambda each: (-counts[each], each))
    return {
        name: Failure(
            f"its `listen` is {said}, but {counts[usual]} of {len(wanted)} models are served at {usual}",
            exit_code=Exit.CONFIG,
            remedy="Write the same address, or give the agent one with --listen.",
        )
        for name, said in wanted.items()
        if said != usual
    }


def listed(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    ordered = sorted(names)
    more = f" and {len(ordered) - _SHOWN} more" if ordered[_SHOWN:] else ""
    return ", ".join(ordered[:_SHOWN]) + more if ordered else "none"


def _environment(found: Found, settings: Settings) -> Environment | None:
    if isinstance(found.spec, Failure) or settings.environment not in found.spec.environments:
        return None
    environment, listen = found.spec.environments[settings.environment], settings.listen
    if listen is None or not isinstance(environment, Server):
        return environment
    return environment.model_copy(update={"listen": listen})


def _nowhere(found: Sequence[Found], name: str) -> Failure:
    specs = [each.spec for each in found if not isinstance(each.spec, Failure)]
    known = ", ".join(dict.fromkeys(each for spec in specs for each in spec.environments)) or "none"
    if found[0].alone:
        return Failure(f"model.yaml has no environment `{name}`; it has {known}", exit_code=Exit.CONFIG)
    return Failure(f"no model has an environment `{name}`; they have {known}", exit_code=Exit.CONFIG)
